"""Projects: made from a signed scope or freely, with tasks and the people who work on them."""
