"""Absence, and who decides in whose place."""
