"""Reminding clients of open invoices, and keeping what they said."""
