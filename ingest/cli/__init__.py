"""Commands that bring documents in: add, refresh, items."""
