"""Fine-tune, benchmark and honestly compare language models on clinical text."""

__version__ = "0.1.0"
