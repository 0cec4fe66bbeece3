"""What benchmarks reckon with, where it is more than a table."""
