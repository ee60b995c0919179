"""Questions about expenses."""
