"""Corpora, one file each: cards and a loader."""
