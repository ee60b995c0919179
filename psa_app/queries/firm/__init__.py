"""The firm for a screen: what is set up, and what is still missing."""
