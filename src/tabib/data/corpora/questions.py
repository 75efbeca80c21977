"""What corpora of questions with lettered options share: one question, checked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from tabib.core.errors import DataError
from tabib.core.examples import LETTERS, Document, Example

Questions = tuple[Example[tuple[str, ...]], ...]


def make_question(
    id: str,
    text: str,
    options: Sequence[str],
    right: Collection[str],
    error: Callable[[str], DataError],
    *,
    single: bool = False,
    group: str = "",
) -> Example[tuple[str, ...]]:
    """A question with its gold.

    Args:
        options: in the order of their letters.
        right: the letters of the right options.
        error: makes an error of a message, with the place.
        single: the question says that one option is right.
        group: see ``Document``.

    Raises:
        DataError: fewer than two options, or more than letters; an empty option; no right option, an unknown or
            a repeated one; or several where one is said.
    """
    if not 2 <= len(options) <= len(LETTERS):
        raise error(f"expected 2 to {len(LETTERS)} options, found {len(options)}")
    letters = LETTERS[: len(options)]
    if empty := [letter for letter, option in zip(letters, options, strict=True) if not option.strip()]:
        raise error(f"the option {empty[0]} is empty")
    gold = tuple(sorted(set(right)))
    if unknown := [letter for letter in gold if letter not in tuple(letters)]:
        raise error(
            f"unknown option {unknown[0]!r} among the right ones; expected letters from A to {letters[-1]}"
        )
    if not gold:
        raise error("no option is right; expected at least one")
    if len(gold) != len(right):
        raise error(f"a right option is repeated in {', '.join(right)}")
    if single and len(gold) > 1:
        raise error(f"expected one right option, found {', '.join(gold)}")
    return Example(Document(id, text, group=group, options=tuple(options), single=single), gold)
