"""Language models that answer prompts: what is asked, how answers are read, and who computes them."""
