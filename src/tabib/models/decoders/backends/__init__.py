"""What completes prompts: one file for each engine, imported only when it is used."""
