"""Projects: what they hold, how they stand, what they earn and cost."""
