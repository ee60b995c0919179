"""Time as the screens read it."""
