"""Money that comes: recorded by hand or collected by a provider, and what it settles."""
