"""The sections of a study's report: each takes the tables and says which of them it shows, and what they say."""
