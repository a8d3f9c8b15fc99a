"""The graph out: one file a format."""
