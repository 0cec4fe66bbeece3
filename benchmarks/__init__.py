"""Scripts that print a table of what was measured; none is run as a test."""
