"""What corpora of codes share: mention → code, document → codes, labels from train alone, splits by document.

No split of these corpora is published: documents are split 80/10/10 with seed 42, before anything else is looked
at, so that the corpora of one collection (mentions, documents, the k most frequent codes) have the same split, and
so has another collection with the same document names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tabib.core.examples import Document, Example, LossReason, Lost
from tabib.data.corpus import SPLITS, Card, Corpus, SplitName
from tabib.data.splits import Unit, split

FRACTIONS: Mapping[SplitName, float] = {"train": 0.8, "dev": 0.1, "test": 0.1}
SEED = 42
NEAR_DUPLICATES: Mapping[str, str] = {"cc_onco1179": "cc_onco1057", "cc_onco1201": "cc_onco1051"}
"""Clinical cases of CANTEMIST that nearly repeat another one, which they are grouped with."""


@dataclass(frozen=True, slots=True)
class Mention:
    """An expression of a document and its code.

    Args:
        id: unique in the corpus.
        document_id: where it stands.
        code: empty where the annotators gave none.
        kind: the type of the annotation.
    """

    id: str
    document_id: str
    text: str
    code: str
    kind: str


def group_of(document_id: str) -> str:
    """What never straddles splits: a document, with the one that it nearly repeats."""
    return NEAR_DUPLICATES.get(document_id, document_id)


def splits_of(document_ids: Iterable[str]) -> dict[str, SplitName]:
    """Document → its split; the order of the documents does not matter."""
    parts = split(
        [Unit(document_id, group_of(document_id)) for document_id in document_ids],
        {str(part): share for part, share in FRACTIONS.items()},
        seed=SEED,
    )
    return {document_id: part for part in SPLITS for document_id in parts[part]}


def split_note(split_of: Mapping[str, SplitName]) -> str:
    """What a reader of the results should know of the split."""
    sizes = "/".join(str(sum(part == name for part in split_of.values())) for name in SPLITS)
    note = (
        f"no split is published: documents were split {sizes} (80/10/10), seed {SEED};"
        " a document and its mentions stay together"
    )
    close = sorted(set(NEAR_DUPLICATES) & set(split_of))
    if close:
        note += f", and {len(close)} that nearly repeat another one are in its split"
    return note


def vocabulary(codes: Iterable[str], k: int | None = None) -> tuple[str, ...]:
    """The codes, sorted; or the ``k`` most frequent of them, of equally frequent ones the first by name."""
    counts = Counter(codes)
    ranked = sorted(counts, key=lambda code: (-counts[code], code))
    return tuple(sorted(ranked if k is None else ranked[:k]))


def mention_corpus(
    card: Card,
    mentions: Iterable[Mention],
    split_of: Mapping[str, SplitName],
    *,
    top_k: int | None = None,
    notes: tuple[str, ...] = (),
) -> Corpus:
    """Classification of mentions, as texts of their own; gold is the code.

    The label set is that of the mentions of train, or its ``top_k`` most frequent codes. Mentions with another
    code, or none, are lost.
    """
    by_split: dict[SplitName, list[Mention]] = {part: [] for part in SPLITS}
    for mention in mentions:
        by_split[split_of[mention.document_id]].append(mention)
    seen = {mention.code for mention in by_split["train"] if mention.code}
    labels = vocabulary((mention.code for mention in by_split["train"] if mention.code), top_k)
    known = set(labels)
    examples: dict[SplitName, tuple[Example[str], ...]] = {}
    lost: dict[str, tuple[Lost, ...]] = {}
    for part, found in by_split.items():
        examples[part] = tuple(
            Example(Document(mention.id, mention.text, group=group_of(mention.document_id)), mention.code)
            for mention in found
            if mention.code in known
        )
        lost[part] = tuple(
            Lost(mention.id, mention.code or mention.kind, _reason(mention.code, seen))
            for mention in found
            if mention.code not in known
        )
    return Corpus(
        replace(card, labels=labels),
        examples["train"],
        examples["dev"],
        examples["test"],
        lost,
        (split_note(split_of), _label_note(labels, lost, "mentions"), _seen_note(examples), *notes),
    )


def document_corpus(
    card: Card,
    documents: Mapping[str, str],
    codes_of: Mapping[str, Collection[str]],
    split_of: Mapping[str, SplitName],
    *,
    top_k: int | None = None,
    notes: tuple[str, ...] = (),
) -> Corpus:
    """Documents with all codes of their mentions, each once.

    The label set is that of train, or the ``top_k`` codes that most documents of train have. Other codes are lost;
    a document that is left with none stays, and its gold is empty: that it has none of the labels is true of it.

    Args:
        documents: id → text.
        codes_of: id → its codes; a document that is absent has none.
    """
    gold = {document_id: set(codes_of.get(document_id, ())) for document_id in documents}
    in_train = [code for document_id, codes in gold.items() if split_of[document_id] == "train" for code in codes]
    labels = vocabulary(in_train, top_k)
    known, seen = set(labels), set(in_train)
    examples: dict[SplitName, list[Example[tuple[str, ...]]]] = {part: [] for part in SPLITS}
    lost: dict[str, list[Lost]] = {part: [] for part in SPLITS}
    for document_id in sorted(documents):
        part, codes = split_of[document_id], gold[document_id]
        document = Document(document_id, documents[document_id], group=group_of(document_id))
        examples[part].append(Example(document, tuple(sorted(codes & known))))
        lost[part] += [Lost(document_id, code, _reason(code, seen)) for code in sorted(codes - known)]
    emptied = sum(not example.gold for example in examples["test"])
    return Corpus(
        replace(card, labels=labels),
        tuple(examples["train"]),
        tuple(examples["dev"]),
        tuple(examples["test"]),
        {part: tuple(found) for part, found in lost.items()},
        (
            split_note(split_of),
            _label_note(labels, lost, "codes of documents")
            + f"; {emptied} documents of test have none of the labels, and stay",
            *notes,
        ),
    )


def _reason(code: str, seen: Collection[str]) -> LossReason:
    if not code:
        return LossReason.NO_CODE
    return LossReason.BEYOND_TOP_K if code in seen else LossReason.UNKNOWN_LABEL


def _label_note(labels: Collection[str], lost: Mapping[str, Collection[Lost]], what: str) -> str:
    beyond = {part: sum(one.reason is not LossReason.NO_CODE for one in lost[part]) for part in SPLITS}
    return (
        f"the {len(labels)} labels come from train alone; {beyond['test']} {what} of test"
        f" ({beyond['dev']} of dev, {beyond['train']} of train) have another code and are counted as lost"
    )


def _seen_note(examples: Mapping[SplitName, Collection[Example[Any]]]) -> str:
    train = {example.document.text for example in examples["train"]}
    n = sum(example.document.text in train for example in examples["test"])
    return f"{n} of the {len(examples['test'])} mentions of test are, letter by letter, also mentions of train"
