"""The firm: set up once, then its settings and calendars."""
