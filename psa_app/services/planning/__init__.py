"""Bookings: who is planned on what, and when."""
