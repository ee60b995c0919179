"""Invoices and payments as the screens, the paper and the draft read them."""
