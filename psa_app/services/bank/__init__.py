"""Taking bank statements in, and deciding what their lines pay."""
