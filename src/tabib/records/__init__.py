"""What a run leaves on disk: the only contract between runs and reports. Reading it needs no torch."""
