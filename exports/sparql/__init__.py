"""The graph asked in SPARQL: the engine, its index, the questions that come along, the endpoint."""
