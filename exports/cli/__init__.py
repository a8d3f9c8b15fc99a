"""Commands that give the graph out: changes, diff, export, serve, sparql."""
