"""Quotes: written, sent, asked about, answered, made into a scope."""
