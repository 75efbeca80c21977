"""Model families: they learn from examples and return predictions; none of them knows a corpus or a metric."""
