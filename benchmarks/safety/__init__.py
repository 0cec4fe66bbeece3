"""What it survives: kills, faults of the disk, files from strangers, hours of work."""
