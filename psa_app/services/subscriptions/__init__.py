"""Subscriptions: other plans, pauses, and their end."""
