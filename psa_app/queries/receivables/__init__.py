"""Who owes what: open invoices with their age, what was said, and their reminders."""
