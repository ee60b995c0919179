"""Expenses: logged, handed in, decided on, with their receipts."""
