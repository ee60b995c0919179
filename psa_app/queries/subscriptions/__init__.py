"""Subscriptions: what their plans are and were, and what they come to a month."""
