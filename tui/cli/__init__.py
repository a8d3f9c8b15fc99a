"""The command that starts the interface."""
