"""Tasks: what is predicted, how it is kept, and which metrics judge it. One file per task."""
