"""Commands that give the graph out: export."""
