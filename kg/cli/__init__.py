"""The command line: what every command shares, and the commands that only read the graph."""
