"""Scopes: written, sent, agreed; their milestones."""
