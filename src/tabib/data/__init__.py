"""Corpora and their formats: from files to examples in the coordinates of the untouched text."""
