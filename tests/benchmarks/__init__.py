"""Measurements, each beside its floor: what the same work costs when nothing else is done."""
