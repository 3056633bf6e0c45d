"""The append-only record of who did what (``writing.record`` adds an entry)."""
