"""Quotes as the screens, the paper and the portal read them."""
