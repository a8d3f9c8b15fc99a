"""Real servers on the loopback, in the place of those of the world."""
