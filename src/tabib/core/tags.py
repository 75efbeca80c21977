"""Entities as one tag per word, and back. What one tag per word cannot hold is returned with its reason.

Schemes (Ramshaw & Marcus 1995; Ratinov & Roth 2009)::

    IOB1           I, and B only between two touching entities of one label
    IOB2           B on the first word, I on the others
    IOBES          as IOB2, with E on the last word and S on an entity of one word
    BILOU, BIOUL   as IOBES, written L for E and U for S; two names of one scheme

A tag is ``O`` or prefix, hyphen, label; the label may hold hyphens.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from tabib.core.examples import LossReason, Lost
from tabib.core.spans import Entity, Span

Scheme = Literal["IOB1", "IOB2", "IOBES", "BILOU", "BIOUL"]
OUTSIDE = "O"

# Prefix in the file → prefix used here (that of IOBES).
_PREFIXES: dict[str, dict[str, str]] = {
    "IOB1": {"I": "I", "B": "B"},
    "IOB2": {"I": "I", "B": "B"},
    "IOBES": {"I": "I", "B": "B", "E": "E", "S": "S"},
    "BILOU": {"I": "I", "B": "B", "L": "E", "U": "S"},
    "BIOUL": {"I": "I", "B": "B", "L": "E", "U": "S"},
}


class Chunk(NamedTuple):
    """A label and the words ``first`` to ``last`` (exclusive) that carry it."""

    label: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class TaggedSpan:
    """An entity read from tags, and its words: ``first`` to ``last``, exclusive."""

    entity: Entity
    first: int
    last: int


def spans_to_tags(
    words: Sequence[Span], entities: Sequence[Entity], scheme: Scheme = "IOB2", document_id: str = ""
) -> tuple[tuple[str, ...], tuple[Lost, ...]]:
    """One tag per word, and the entities that the tags do not hold.

    The longest entity comes first; of two equally long ones the leftmost, then the first given. White space
    (whatever is no word) at an entity's ends is not kept; that is not counted as a loss.

    Args:
        words: ascending and disjoint.
        entities: in any order.
        document_id: goes into what is lost.

    Returns:
        The tags, and in the order of ``entities`` those lost: exact duplicates; discontinuous entities (never
        filled silently: see ``coarsest`` for fragments with only white space between them); those that
        cover no word; those that begin or end inside a word; those all of whose words belong to a longer
        (or equally long, earlier) one: nested; those that share only some words with one: crossing.
    """
    starts = [start for start, _ in words]
    ends = [end for _, end in words]
    owners = [-1] * len(words)
    chunks: list[Chunk] = []
    seen: set[Entity] = set()
    reasons: dict[int, LossReason] = {}
    for index in sorted(range(len(entities)), key=lambda i: (-entities[i].length, entities[i].start, i)):
        entity = entities[index]
        first, last = bisect_right(ends, entity.start), bisect_left(starts, entity.end)
        if entity in seen:
            reasons[index] = LossReason.DUPLICATE
        elif entity.discontinuous:
            reasons[index] = LossReason.DISCONTINUOUS
        elif first >= last:
            reasons[index] = LossReason.NO_WORD
        elif starts[first] < entity.start or ends[last - 1] > entity.end:
            reasons[index] = LossReason.INSIDE_WORD
        # An entity that was placed is at least as long, so where it meets this one it has one of its end words.
        elif owners[first] >= 0 and owners[first] == owners[last - 1]:
            reasons[index] = LossReason.NESTED
        elif owners[first] >= 0 or owners[last - 1] >= 0:
            reasons[index] = LossReason.CROSSING
        else:
            owners[first:last] = [index] * (last - first)
            chunks.append(Chunk(entity.label, first, last))
        seen.add(entity)
    lost = tuple(Lost(document_id, entities[i].label, reasons[i], entities[i]) for i in sorted(reasons))
    return write_tags(sorted(chunks, key=lambda chunk: chunk.first), len(words), scheme), lost


def tags_to_spans(
    words: Sequence[Span], tags: Sequence[str], scheme: Scheme = "IOB2", strict: bool = True
) -> tuple[TaggedSpan, ...]:
    """The entities that tags spell, from left to right, in characters.

    Args:
        words: one for each tag.
        strict: see ``read_tags``.

    Raises:
        ValueError: not one tag per word, or a tag that the scheme does not have.
    """
    if len(words) != len(tags):
        raise ValueError(f"{len(tags)} tags for {len(words)} words; expected one tag for each word")
    return tuple(
        TaggedSpan(Entity.of(label, words[first][0], words[last - 1][1]), first, last)
        for label, first, last in read_tags(tags, scheme, strict)
    )


def read_tags(tags: Sequence[str], scheme: Scheme = "IOB2", strict: bool = True) -> list[Chunk]:
    """The chunks that tags spell, from left to right.

    ``strict`` is ``seqeval(mode="strict")``: only what the scheme allows is a chunk. In IOB2 an I that
    continues no chunk of its label is passed over; in IOBES and BILOU a B that is not closed by an E (L) is
    dropped with its whole chunk. Otherwise the reading is conlleval's (``seqeval`` without a mode): a chunk ends
    where the label changes or a prefix says so, and begins at any tag that is not O.

    Raises:
        ValueError: a tag that the scheme does not have.
    """
    prefixes, labels = _parse(tags, scheme)
    if not strict:
        return _read_leniently(prefixes, labels)
    if scheme == "IOB1":
        return _read_iob1(prefixes, labels)
    return _read_from_begin(prefixes, labels, closed=scheme != "IOB2")


def write_tags(chunks: Sequence[Chunk], n_words: int, scheme: Scheme = "IOB2") -> tuple[str, ...]:
    """One tag for each of ``n_words`` words; ``chunks`` ascending and disjoint."""
    tags = [OUTSIDE] * n_words
    closing, single = {"IOB1": ("I", "I"), "IOB2": ("I", "B"), "IOBES": ("E", "S")}.get(scheme, ("L", "U"))
    previous = Chunk(OUTSIDE, -1, -1)
    for chunk in chunks:
        label, first, last = chunk
        assert previous.last <= first < last <= n_words, f"{chunk} after {previous} in {n_words} words"
        tags[first:last] = [f"I-{label}"] * (last - first)
        if scheme == "IOB1":
            if previous.last == first and previous.label == label:
                tags[first] = f"B-{label}"
        elif last - first == 1:
            tags[first] = f"{single}-{label}"
        else:
            tags[first] = f"B-{label}"
            tags[last - 1] = f"{closing}-{label}"
        previous = chunk
    return tuple(tags)


def is_tag(tag: str, scheme: Scheme = "IOB2") -> bool:
    """Whether the scheme has this tag: O, or one of its prefixes with a label."""
    return _prefix_and_label(tag, scheme) is not None


def illegal_tag(tags: Sequence[str], scheme: Scheme = "IOB2") -> int | None:
    """Index of the first tag that the scheme does not allow in its place; None where all are allowed.

    Raises:
        ValueError: a tag that the scheme does not have.
    """
    # Legal sequences are those that come back as they were.
    again = write_tags(read_tags(tags, scheme), len(tags), scheme)
    return next((i for i, (tag, other) in enumerate(zip(tags, again, strict=True)) if tag != other), None)


def convert_tags(tags: Sequence[str], source: Scheme, target: Scheme) -> tuple[str, ...]:
    """The same chunks in another scheme.

    Raises:
        ValueError: a tag that the source scheme does not have, or does not allow in its place.
    """
    wrong = illegal_tag(tags, source)
    if wrong is not None:
        raise ValueError(f"tag {tags[wrong]!r} at index {wrong} is not allowed there in {source}")
    return write_tags(read_tags(tags, source), len(tags), target)


def coarsest(
    entities: Sequence[Entity], document_id: str = "", text: str | None = None
) -> tuple[tuple[Entity, ...], tuple[Lost, ...]]:
    """The entities that are not inside another one ("coarsest granularity").

    Sorted by (−length, start), then as given; an entity is kept if it is not contained in a kept one (all its
    characters are the other's, whatever the labels). Crossing entities stay.

    Args:
        text: the document; fragments of an entity with only white space between them are then merged first.
            Without it, only fragments that touch are.

    Returns:
        Those kept (merged), in the order of the text, and in the order of ``entities`` those lost: exact
        duplicates and nested ones.
    """
    merged = [_merge_fragments(entity, text) for entity in entities]
    kept: list[Entity] = []
    seen: set[Entity] = set()
    reasons: dict[int, LossReason] = {}
    # Kept entities of one span hold none of each other: ascending starts are ascending ends.
    starts: list[int] = []
    ends: list[int] = []
    fragmented: list[Entity] = []
    for index in sorted(range(len(merged)), key=lambda i: (-merged[i].length, merged[i].start, i)):
        entity = merged[index]
        place = bisect_right(starts, entity.start)
        if entity in seen:
            reasons[index] = LossReason.DUPLICATE
        elif (place > 0 and ends[place - 1] >= entity.end) or any(
            _contains(other, entity) for other in fragmented
        ):
            reasons[index] = LossReason.NESTED
        else:
            kept.append(entity)
            if entity.discontinuous:
                fragmented.append(entity)
            else:
                starts.insert(place, entity.start)
                ends.insert(place, entity.end)
        seen.add(entity)
    lost = tuple(Lost(document_id, entities[i].label, reasons[i], entities[i]) for i in sorted(reasons))
    return tuple(sorted(kept, key=lambda entity: (entity.start, entity.end))), lost


def _parse(tags: Sequence[str], scheme: Scheme) -> tuple[list[str], list[str]]:
    pairs = []
    for index, tag in enumerate(tags):
        pair = _prefix_and_label(tag, scheme)
        if pair is None:
            expected = ", ".join(f"{prefix}-LABEL" for prefix in _PREFIXES[scheme])
            raise ValueError(f"tag {tag!r} at index {index} is not one of {scheme}; expected O, {expected}")
        pairs.append(pair)
    return [prefix for prefix, _ in pairs], [label for _, label in pairs]


@lru_cache(maxsize=4096)
def _prefix_and_label(tag: str, scheme: Scheme) -> tuple[str, str] | None:
    if tag == OUTSIDE:
        return OUTSIDE, ""
    prefix, hyphen, label = tag.partition("-")
    known = _PREFIXES[scheme].get(prefix)
    return None if known is None or not hyphen or not label else (known, label)


def _read_leniently(prefixes: list[str], labels: list[str]) -> list[Chunk]:
    chunks = []
    first = 0
    previous, label = OUTSIDE, ""
    for index, (prefix, new_label) in enumerate(zip([*prefixes, OUTSIDE], [*labels, ""], strict=True)):
        if previous in "OES" or prefix in "OBS" or new_label != label:
            if previous != OUTSIDE:
                chunks.append(Chunk(label, first, index))
            first = index
        previous, label = prefix, new_label
    return chunks


def _read_from_begin(prefixes: list[str], labels: list[str], *, closed: bool) -> list[Chunk]:
    """IOB2: B I*. With ``closed`` (IOBES, BILOU): S, or B I* E."""
    chunks = []
    n = len(prefixes)
    index = 0
    while index < n:
        first, label = index, labels[index]
        index += 1
        if prefixes[first] == "S":
            chunks.append(Chunk(label, first, index))
        elif prefixes[first] == "B":
            while index < n and prefixes[index] == "I" and labels[index] == label:
                index += 1
            if closed:
                if index == n or prefixes[index] != "E" or labels[index] != label:
                    continue
                index += 1
            chunks.append(Chunk(label, first, index))
    return chunks


def _read_iob1(prefixes: list[str], labels: list[str]) -> list[Chunk]:
    """An I that continues nothing, or a B right after its own label, then I*; after seqeval's pattern tables."""
    chunks = []
    n = len(prefixes)
    index = 0
    while index < n:
        first, label = index, labels[index]
        previous, previous_label = (prefixes[index - 1], labels[index - 1]) if index else (OUTSIDE, "")
        index += 1
        touches_same = previous != OUTSIDE and previous_label == label
        if prefixes[first] == OUTSIDE or (prefixes[first] == "B" and not touches_same):
            continue
        if prefixes[first] == "I" and previous == "I" and touches_same:
            continue
        while index < n and prefixes[index] == "I" and labels[index] == label:
            index += 1
        # seqeval does not see the end of a lone B where a B of another label follows.
        if prefixes[index - 1] == "B" and index < n and prefixes[index] == "B" and labels[index] != label:
            continue
        chunks.append(Chunk(label, first, index))
    return chunks


def _merge_fragments(entity: Entity, text: str | None) -> Entity:
    if not entity.discontinuous:
        return entity
    spans = [entity.spans[0]]
    for start, end in entity.spans[1:]:
        gap_start = spans[-1][1]
        if gap_start == start or (text is not None and text[gap_start:start].isspace()):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return Entity(entity.label, tuple(spans), entity.id)


def _contains(outer: Entity, inner: Entity) -> bool:
    if inner.start < outer.start or inner.end > outer.end:
        return False
    return all(any(s <= start and end <= e for s, e in outer.spans) for start, end in inner.spans)
