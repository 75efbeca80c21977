"""Examples, spans, predictions, scores and errors: the words that every other part speaks.

Standard library only, so that a configuration error or ``tabib list`` costs no heavy import.
"""
