"""Templates: made from what is finished, changed, and used for what begins."""
