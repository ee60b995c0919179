"""What goes into the books: entries from invoices, payments and expenses, and statements of account."""
