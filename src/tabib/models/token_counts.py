"""How many sub-tokens a text is for a pretrained model, without loading its weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tabib.core.errors import ModelError
from tabib.core.examples import Document
from tabib.models.weights import find_weights

_UNKNOWN = 1_000_000
"""Tokenisers that do not say what their model can read give an astronomical number."""


def token_counter(
    name: str, offline_dir: str | Path | None = None
) -> tuple[Callable[[Sequence[Document]], list[int]], int | None]:
    """What counts the sub-tokens of documents (special ones included), and the most that the model reads.

    A pair is counted as a pair, a question with its longest option.

    Args:
        name: of a model or a folder, as ``model_name_or_path``.

    Returns:
        The counter; and the tokeniser's own limit, None where it has none.

    Raises:
        ModelError: the model is not found, or has no tokeniser that can be read.
    """
    from transformers import AutoTokenizer

    folder = find_weights(name, offline_dir)
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
    except (OSError, ValueError, ImportError) as error:
        raise ModelError(f"{folder} has no tokeniser that can be read: {error}") from error
    limit = tokenizer.model_max_length

    def count(documents: Sequence[Document]) -> list[int]:
        pairs = [
            (document.text, second)
            for document in documents
            for second in (document.options or (document.second,))
        ]
        lengths = iter(_lengths(tokenizer, pairs))
        return [max(next(lengths) for _ in document.options or ("",)) for document in documents]

    return count, None if limit >= _UNKNOWN else int(limit)


def _lengths(tokenizer: object, pairs: Sequence[tuple[str, str]]) -> list[int]:
    """Texts alone and pairs apart, since an empty second text is no text."""
    lengths = [0] * len(pairs)
    alone = [index for index, (_, second) in enumerate(pairs) if not second]
    paired = [index for index, (_, second) in enumerate(pairs) if second]
    for indices, with_second in ((alone, False), (paired, True)):
        if indices:
            texts = [[pairs[index][0] for index in indices]]
            if with_second:
                texts.append([pairs[index][1] for index in indices])
            encoded = tokenizer(  # type: ignore[operator]
                *texts,
                truncation=False,
                padding=False,
                return_attention_mask=False,
                return_token_type_ids=False,
                verbose=False,
            )
            for index, ids in zip(indices, encoded["input_ids"], strict=True):
                lengths[index] = len(ids)
    return lengths
