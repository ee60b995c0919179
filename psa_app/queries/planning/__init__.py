"""The plan: people over weeks, their bookings and their load."""
