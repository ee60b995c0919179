"""What a client contact sees: only their own account, never cost, internal notes or unapproved time."""
