"""The shapes that a screen draws: finished text in frozen dataclasses, no Reflex, no database.

Queries, resources and states fill them; components draw them.
"""
