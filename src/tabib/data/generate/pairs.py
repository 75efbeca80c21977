"""Pairs of sentences with how alike they are, from 0 to 5: written from what the sentences state.

The score comes from the statements (kind, concept, whether it is so, since when, how much) and not from the
words: the same statement in other words is 5, a statement and its denial share nearly all words and are 2. A
little seeded noise stands for the mean of several annotators.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tabib.data.formats.tables import write_tsv
from tabib.data.generate.grammar import Alternative, Grammar
from tabib.data.generate.markup import agree_fr, capitalise

KINDS = ("plainte", "soin", "examen")
_CHANGES = (
    ("nothing", 5),
    ("when", 3),
    ("much", 3),
    ("polarity", 4),
    ("concept", 3),
    ("topic", 3),
    ("kind", 2),
)
"""What differs between the two statements of a pair, with weights."""
_SAME_WORDS = 0.4
"""How often a changed statement of the same topic is said in the words of the first."""
_OTHER_WORDS = 0.4
"""How often the same statement is said in other words throughout."""
_NOISE = (-0.4, -0.2, -0.2, 0.0, 0.0, 0.0, 0.2, 0.2, 0.4)
_ARTICLES = ("une ", "un ", "des ", "de la ", "de l'")


@dataclass(frozen=True, slots=True)
class Statement:
    """What a sentence says: ``concept`` is a symbol of the lexicon, ``much`` is "", "fort" or "faible"."""

    concept: str
    positive: bool
    when: str
    much: str

    @property
    def kind(self) -> str:
        return self.concept.split("-")[0]

    @property
    def topic(self) -> str:
        return self.concept.rsplit("-", 1)[0]


@dataclass(frozen=True, slots=True)
class Wording:
    """Which alternative of each symbol a sentence takes, by its number."""

    concept: int
    frame: int
    when: int
    much: int


_NONE = Wording(-1, -1, -1, -1)


def similarity(one: Statement, other: Statement) -> float:
    """How alike two statements are, from 0 to 5, without noise; the same in both directions."""
    if one.kind != other.kind:
        return 0.0
    if one.topic != other.topic:
        return 0.5
    if one.concept != other.concept:
        return 1.5 if one.positive == other.positive else 1.0
    if one.positive != other.positive:
        return 2.0
    return 5.0 - (one.when != other.when) - 1.5 * (one.much != other.much)


@dataclass(frozen=True, slots=True)
class PairRecipe:
    """How a corpus of pairs is written.

    Args:
        grammar: the file of the lexicon and the sentences.
        sizes: pairs of train, dev and test.
    """

    grammar: Path
    sizes: tuple[int, int, int]

    def write_corpus(self, name: str, folder: Path) -> None:
        """``train.tsv``, ``dev.tsv`` and ``test.tsv`` with the columns id, first, second and score."""
        grammar = Grammar.read(self.grammar)
        seen: set[str] = set()
        for split, size in zip(("train", "dev", "test"), self.sizes, strict=True):
            pairs = _pairs(grammar, random.Random(f"{name}/{split}"), split != "train", seen)
            rows = []
            for number in range(1, size + 1):
                first, second, score = next(pairs)
                rows.append((f"{split}-{number:03d}", first, second, f"{score:.1f}"))
            write_tsv(folder / f"{split}.tsv", ("id", "first", "second", "score"), rows)


def _pairs(
    grammar: Grammar, rng: random.Random, held_out: bool, seen: set[str]
) -> Iterator[tuple[str, str, float]]:
    """Endless pairs; no sentence is used twice in a corpus."""
    writer = _Writer(grammar, rng, held_out)
    while True:
        one = writer.statement()
        change = rng.choices([name for name, _ in _CHANGES], [weight for _, weight in _CHANGES])[0]
        other = writer.changed(one, change)
        wording = writer.wording(one)
        if change != "nothing":
            same_words = one.topic == other.topic and rng.random() < _SAME_WORDS
            new = writer.kept(wording, one, other) if same_words else writer.wording(other)
        else:
            new = writer.wording(other, unlike=wording if rng.random() < _OTHER_WORDS else None)
        second = writer.sentence(other, new)
        first = writer.sentence(one, wording)
        if first == second or {first, second} & seen:
            continue
        seen |= {first, second}
        score = similarity(one, other) + rng.choice(_NOISE)
        pair = (first, second) if rng.random() < 0.5 else (second, first)
        yield *pair, round(min(5.0, max(0.0, score)), 1)


class _Writer:
    """Statements, and sentences that say them."""

    def __init__(self, grammar: Grammar, rng: random.Random, held_out: bool) -> None:
        self._rules = grammar.rules
        self._rng = rng
        self._held_out = held_out
        self._concepts = [name for name in grammar.rules if name.count("-") == 2]
        self._times = [name for name in grammar.rules if name.startswith("duree-")]

    def statement(self) -> Statement:
        concept, when = self._rng.choice(self._concepts), self._rng.choice(self._times)
        positive = self._rng.random() < 0.7
        much = self._rng.choice(("", "fort", "faible")) if positive else ""
        return Statement(concept, positive, when, much)

    def changed(self, one: Statement, change: str) -> Statement:
        """A statement that differs from ``one`` in that, and maybe in what else follows from it."""
        pick = self._rng.choice
        if change == "when":
            return replace(one, when=pick([name for name in self._times if name != one.when]))
        if change == "much" and one.positive:
            return replace(one, much=pick([much for much in ("", "fort", "faible") if much != one.much]))
        if change in ("much", "polarity"):
            return replace(one, positive=not one.positive, much="")
        if change == "concept":
            near = [name for name in self._concepts if name != one.concept and name.startswith(one.topic + "-")]
            return replace(one, concept=pick(near))
        if change in ("topic", "kind"):
            far = [name for name in self._concepts if not name.startswith(one.topic + "-")]
            same_kind = [name for name in far if name.startswith(one.kind + "-")]
            other_kind = [name for name in far if name not in same_kind]
            return replace(self.statement(), concept=pick(same_kind if change == "topic" else other_kind))
        return one

    def wording(self, one: Statement, *, unlike: Wording | None = None) -> Wording:
        """Alternatives drawn at random; other ones than ``unlike`` has, wherever there are."""
        avoided = unlike or _NONE
        return Wording(
            self._draw(one.concept, avoided.concept),
            self._draw(_frame(one), avoided.frame),
            self._draw(one.when, avoided.when),
            self._draw(f"{one.kind}-{one.much}", avoided.much) if one.much else 0,
        )

    def kept(self, wording: Wording, one: Statement, other: Statement) -> Wording:
        """The wording of ``one`` for ``other``, as far as it says the same."""
        new = self.wording(other)
        return Wording(
            wording.concept if one.concept == other.concept else new.concept,
            wording.frame if one.kind == other.kind else new.frame,
            wording.when if one.when == other.when else new.when,
            wording.much if one.much and one.much == other.much else new.much,
        )

    def sentence(self, one: Statement, wording: Wording) -> str:
        phrase = self._rules[one.concept][wording.concept].text
        noun = next((phrase.removeprefix(article) for article in _ARTICLES if phrase.startswith(article)), phrase)
        more = self._rules[f"{one.kind}-{one.much}"][wording.much].text if one.much else ""
        filled = (
            self._rules[_frame(one)][wording.frame]
            .text.replace("{np}", phrase)
            .replace("{noun}", noun)
            .replace("{when}", self._rules[one.when][wording.when].text)
            .replace("{more}", more if more.startswith(",") or not more else f" {more}")
        )
        return capitalise(agree_fr(filled))

    def _draw(self, symbol: str, not_this: int) -> int:
        alternatives = self._rules[symbol]
        numbers = [n for n, one in enumerate(alternatives) if self._held_out or not one.held_out]
        numbers = [n for n in numbers if n != not_this] or numbers
        return self._rng.choices(numbers, _weights(alternatives, numbers))[0]


def _weights(alternatives: Sequence[Alternative], numbers: Sequence[int]) -> list[int]:
    return [3 if alternatives[number].held_out else 1 for number in numbers]


def _frame(one: Statement) -> str:
    return f"{one.kind}-{'oui' if one.positive else 'non'}"
