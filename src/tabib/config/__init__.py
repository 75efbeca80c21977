"""Configuration: schemas, loading with ``extends`` and overrides, and errors that say where and what."""
