"""Commands that give the graph out: changes, diff, export, sparql."""
