"""Retainers: lots and draws, periods that are closed, top-ups and adjustments."""
