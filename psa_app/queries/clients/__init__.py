"""Clients for a screen: the list, and one client with everything that belongs to it."""
