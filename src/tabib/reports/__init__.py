"""Reports: tables for the terminal, Markdown and JSON, from results alone."""
