"""The parts of the screens: one list of lines, and what is made of it."""
