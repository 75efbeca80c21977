"""A benchmark: plan its cells, execute what is missing, aggregate the records."""
