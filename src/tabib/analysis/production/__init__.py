"""Whether a model may code without a reader: what would go through, what would be wrong, what nobody would see."""
