"""Trackers: consumers of records, told what runs have written. Training knows nothing of them."""
