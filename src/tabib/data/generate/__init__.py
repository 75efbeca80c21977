"""The seeded generator of the corpora that the package ships: ``python -m tabib.data.generate OUT``."""
