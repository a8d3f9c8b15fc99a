"""The screen one works in, and the dialogs over it."""
