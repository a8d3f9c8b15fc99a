"""Commands that give the graph out: changes, export, sparql."""
