"""FRASIMED (Zaghir et al. 2024): French clinical cases, projected from the Spanish CANTEMIST and DISTEMIST.

CANTEMIST: morphologies of tumours with ICD-O-3.1 codes; DISTEMIST: diseases, some with SNOMED CT codes. As
entities, as mention → code (``_norm``), and as document → all its codes (``_doc``). The codes stand in BRAT notes,
typed by the terminology. They are taken as published: where DISTEMIST's annotators needed several concepts for one
mention, they are joined by ``+``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from tabib.core.errors import ConfigError, DataError
from tabib.data.corpora.brat_ner import load_split, read_folder
from tabib.data.corpora.coding import Mention, document_corpus, group_of, mention_corpus, split_note, splits_of
from tabib.data.corpus import SPLITS, Card, Corpus
from tabib.data.formats.brat import BratDocument
from tabib.data.remote import Remote, RemoteRecord, as_named

_SEPARATOR = "+"

Sizes = tuple[int, int, int]
"""Of train, dev and test."""


@dataclass(frozen=True, slots=True)
class _Source:
    """One of the two collections.

    Args:
        label: its only type of entity.
        terminology: the type of the notes that hold the codes.
        documents, mentions, codes: in the split by document; codes are those of documents, each once.
        what: its entities, in words.
    """

    folder: str
    label: str
    terminology: str
    documents: Sizes
    mentions: Sizes
    codes: Sizes
    what: str


_CANTEMIST = _Source(
    folder="CANTEMIST-FRASIMED",
    label="morphology-onco",
    terminology="ICD-O-3.1",
    documents=(1041, 130, 130),
    mentions=(12804, 1536, 1638),
    codes=(5601, 701, 697),
    what="morphologies of tumours",
)
_DISTEMIST = _Source(
    folder="DISTEMIST-FRASIMED",
    label="disease",
    terminology="SNOMED",
    documents=(600, 75, 75),
    mentions=(6403, 782, 874),
    codes=(3509, 413, 464),
    what="diseases",
)
_REMOTE = Remote(
    place="FRASIMED",
    licence_page="https://zenodo.org/records/8355629",
    files=(
        RemoteRecord(
            "https://zenodo.org/api/records/8355629",
            files=("*.zip", "*.tar.gz", "*.tgz"),
            unpack=as_named(_CANTEMIST.folder, _DISTEMIST.folder),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class _Part:
    """One corpus made of a collection; where it is of mentions, ``kept`` are those that have one of the codes."""

    source: _Source
    task: str
    top_k: int | None = None
    kept: Sizes | None = None


_PARTS = {
    "frasimed_cantemist": _Part(_CANTEMIST, "ner_span"),
    "frasimed_distemist": _Part(_DISTEMIST, "ner_span"),
    "frasimed_cantemist_norm": _Part(_CANTEMIST, "classification", None, (12804, 1471, 1572)),
    "frasimed_cantemist_norm_top30": _Part(_CANTEMIST, "classification", 30, (9980, 1181, 1201)),
    "frasimed_distemist_norm": _Part(_DISTEMIST, "classification", None, (4088, 278, 330)),
    "frasimed_distemist_norm_top100": _Part(_DISTEMIST, "classification", 100, (1211, 97, 143)),
    "frasimed_distemist_norm_top500": _Part(_DISTEMIST, "classification", 500, (2402, 185, 225)),
    "frasimed_cantemist_doc": _Part(_CANTEMIST, "multilabel"),
    "frasimed_cantemist_doc_top30": _Part(_CANTEMIST, "multilabel", 30),
    "frasimed_distemist_doc": _Part(_DISTEMIST, "multilabel"),
    "frasimed_distemist_doc_top100": _Part(_DISTEMIST, "multilabel", 100),
    "frasimed_distemist_doc_top500": _Part(_DISTEMIST, "multilabel", 500),
}


def _card(name: str, part: _Part) -> Card:
    source = part.source
    documents = part.kept or source.documents
    annotations = source.codes if part.task == "multilabel" else source.mentions
    codes = "all codes" if part.top_k is None else f"the {part.top_k} most frequent codes of train"
    summaries = {
        "ner_span": f"clinical cases, {source.what}",
        "classification": f"{source.what} → {source.terminology}, {codes}",
        "multilabel": f"whole cases → {source.terminology} of {source.what}, {codes}",
    }
    return Card(
        name=name,
        task=part.task,
        languages=("fr",),
        licence="CC BY 4.0",
        citation="Zaghir J., Bjelogrlic M., Goldman J.-P., Aananou S., Gaudet-Blavignac C., Lovis C. FRASIMED: A"
        " Clinical French Annotated Resource Produced through Crosslingual BERT-Based Annotation Projection."
        " LREC-COLING 2024.",
        access="Download FRASIMED from https://zenodo.org/records/8355629 and unpack it into the data directory,"
        " so that FRASIMED/CANTEMIST-FRASIMED and FRASIMED/DISTEMIST-FRASIMED hold the .txt and .ann files.",
        folders=("FRASIMED",),
        remote=_REMOTE,
        labels=(source.label,) if part.task == "ner_span" else (),
        labels_from_train=part.task != "ner_span",
        texts_repeat=part.task == "classification",
        statistics={
            split: {"documents": n, "annotations": m}
            for split, n, m in zip(SPLITS, documents, annotations, strict=True)
        },
        summary=summaries[part.task],
    )


CARDS = {name: _card(name, part) for name, part in _PARTS.items()}


def load(name: str, folder: Path, *, split_composites: bool = False) -> Corpus:
    """Read one of the two collections.

    Args:
        split_composites: take ``A+B`` as the two codes A and B, where documents are coded.
    """
    card, part = CARDS[name], _PARTS[name]
    source = part.source
    if split_composites and part.task != "multilabel":
        raise ConfigError(
            f"dataset_args.split_composites: {name} does not give documents codes, there is nothing to split"
        )
    notes: tuple[str, ...] = ()
    if source is _CANTEMIST:
        notes = ("the texts are those of FRACCO, in the same splits: never train on one and test on the other",)
    if part.task == "ner_span":
        return _entities(card, folder / source.folder, notes)
    documents = read_folder(folder / source.folder, (source.label,))
    mentions = [mention for id_, read in documents.items() for mention in _mentions(id_, read, source, folder)]
    split_of = splits_of(documents)
    if uncoded := sum(not mention.code for mention in mentions):
        notes = (*notes, f"{uncoded} of {len(mentions)} mentions carry no code")
    if part.task == "classification":
        return mention_corpus(card, mentions, split_of, top_k=part.top_k, notes=notes)
    codes_of: dict[str, set[str]] = defaultdict(set)
    for mention in mentions:
        if mention.code:
            codes = mention.code.split(_SEPARATOR) if split_composites else [mention.code]
            codes_of[mention.document_id].update(codes)
    texts = {id_: read.text for id_, read in documents.items()}
    return document_corpus(card, texts, codes_of, split_of, top_k=part.top_k, notes=notes)


def _entities(card: Card, folder: Path, notes: tuple[str, ...]) -> Corpus:
    """Entities as they are, in characters: some are cut inside a word, which costs a tagger recall, not gold."""
    examples, lost = load_split(folder, card.labels, group=group_of)
    split_of = splits_of(example.id for example in examples)
    train, dev, test = (tuple(example for example in examples if split_of[example.id] == part) for part in SPLITS)
    lost_of = {str(part): tuple(one for one in lost if split_of[one.document_id] == part) for part in SPLITS}
    return Corpus(card, train, dev, test, lost_of, (split_note(split_of), *notes))


def _mentions(document_id: str, read: BratDocument, source: _Source, folder: Path) -> list[Mention]:
    """Raises: DataError, where a mention has two codes of the terminology, or an empty one."""
    code_of: dict[str, str] = {}
    for note in read.notes:
        if note.label == source.terminology:
            code = note.text.strip()
            if not code or code_of.setdefault(note.target, code) != code:
                found = f"{code_of[note.target]} and {code}" if code else "an empty one"
                raise DataError(
                    f"{note.id}: expected one {source.terminology} code for {note.target}, found {found}",
                    path=folder / source.folder / f"{document_id}.ann",
                )
    return [
        Mention(
            f"{document_id}:{entity.id}",
            document_id,
            entity.text(read.text),
            code_of.get(entity.id, ""),
            entity.label,
        )
        for entity in read.entities
    ]
