"""Measurements of Dengta itself. `make bench` runs them; nothing here is a test, and no figure is ever asserted."""
