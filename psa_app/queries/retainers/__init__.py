"""Retainers: their ledgers, and what they tell clients and staff."""
