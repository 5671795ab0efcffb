"""Who listens to the work of all processes, one vendor a file."""
