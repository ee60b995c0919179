"""Keeping the program well: backup and restore, checks, the history's seals, and clearing out."""
