"""The tests of kg; fakes are servers of their own, everything else is the real thing."""
