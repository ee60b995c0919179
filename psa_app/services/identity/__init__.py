"""Who may sign in, and the secrets that prove it."""
