"""Scopes and clients as the screens, the paper and the portal read them."""
