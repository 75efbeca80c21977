"""The report of a study of entities: from the runs of a benchmark to a decision about deploying one of them."""
