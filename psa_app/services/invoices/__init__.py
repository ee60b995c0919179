"""Invoices: drafted from approved work, issued with a number, voided, and what lies behind each line."""
