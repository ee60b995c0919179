"""Clients beyond their plain fields: activities, merging, and what hangs on an account."""
