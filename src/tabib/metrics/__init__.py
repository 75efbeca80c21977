"""Metrics: pure functions of gold and predictions (NumPy and SciPy, no torch)."""
