"""Heads over a pretrained encoder, one file each. ``base.Head`` is the contract that the training loop knows."""
