"""Closing the books, and handing them to accounting."""
