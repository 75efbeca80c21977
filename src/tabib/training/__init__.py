"""The training loop: a generator of steps, and what consumes it (checkpoints, dev scores, progress)."""
