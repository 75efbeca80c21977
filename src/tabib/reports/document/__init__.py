"""A report as data (sections of sentences, tables and plots), and its forms: HTML, Markdown, notebook, CSV."""
