"""FRACCO (Pignat et al. 2025): French clinical cases in oncology, expressions with their ICD-O codes.

Read from the folder or from ``FRACCO.zip`` as published: ``ann_txt_files`` with the texts (and their BRAT
annotations) and ``DetectOnco_Final.csv`` with the codes. The expressions are those that the table labels
``expression_CIM``: a whole expression with the code of its place and kind together (``C77.1 8000/1``). Codes are
taken as published: where an expression names several tumours, the table joins their codes by ``;``.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tabib.core.errors import ConfigError, DataError
from tabib.core.spans import Entity, Span
from tabib.data.archives import FileTree, open_tree
from tabib.data.corpora.coding import Mention, document_corpus, mention_corpus, splits_of
from tabib.data.corpus import SPLITS, Card, Corpus
from tabib.data.formats.brat_lines import LineError, parse_line
from tabib.data.remote import Remote, RemoteFile

_TABLE = "DetectOnco_Final.csv"
_COLUMNS = ("doc_name", "label", "code", "content", "full_span")
_LABEL = "expression_CIM"
_SEPARATOR = ";"

# Train, dev and test of the split by document: expressions with and without a code; codes of documents, each once.
_EXPRESSIONS, _CODES = (20682, 2435, 2621), (11435, 1392, 1464)
# The k most frequent codes (None: all of train), and the examples of train, dev and test that have one of them.
_PARTS: Mapping[str, tuple[int | None, tuple[int, int, int]]] = {
    "fracco_icd_classification": (None, (17821, 1913, 2056)),
    "fracco_icd_top50": (50, (11066, 1320, 1365)),
    "fracco_icd_top100": (100, (12614, 1482, 1516)),
    "fracco_icd_top200": (200, (14110, 1615, 1697)),
    "fracco_icd_doc": (None, (1040, 130, 130)),
    "fracco_icd_doc_top500": (500, (1040, 130, 130)),
}

_REMOTE = Remote(
    place="FRACCO.zip",
    licence_page="https://zenodo.org/records/17284817",
    files=(
        RemoteFile(
            "https://zenodo.org/records/17284817/files/FRACCO.zip?download=1",
            checksum="md5:97bbf6ecdfd9a5a4745f73b029453223",
        ),
    ),
)


def _is_of_documents(name: str) -> bool:
    return name.startswith("fracco_icd_doc")


def _card(name: str, top_k: int | None, documents: tuple[int, int, int]) -> Card:
    of_documents = _is_of_documents(name)
    annotations = _CODES if of_documents else _EXPRESSIONS
    codes = "all codes" if top_k is None else f"the {top_k} most frequent codes of train"
    return Card(
        name=name,
        task="multilabel" if of_documents else "classification",
        languages=("fr",),
        licence="open (Zenodo 17284817)",
        citation="Pignat J., Vucetic M., Gaudet-Blavignac C., et al. FRACCO: A gold-standard annotated corpus of"
        " oncological entities with ICD-O-3.1 normalisation. arXiv:2510.13873, 2025.",
        access="Download FRACCO.zip from https://zenodo.org/records/17284817 into the data directory; unpacked"
        " into a folder named FRACCO it is read as well.",
        folders=("FRACCO",),
        archives=("FRACCO.zip",),
        remote=_REMOTE,
        labels=(),
        labels_from_train=True,
        texts_repeat=not of_documents,
        statistics={
            split: {"documents": n, "annotations": m}
            for split, n, m in zip(SPLITS, documents, annotations, strict=True)
        },
        summary=f"{'whole cases' if of_documents else 'expressions'} in oncology → ICD-O, {codes}",
    )


CARDS = {name: _card(name, top_k, documents) for name, (top_k, documents) in _PARTS.items()}


def load(name: str, folder: Path, *, split_composites: bool = False) -> Corpus:
    """Read the texts and the table, from a folder or a zip archive.

    Args:
        split_composites: take ``A;B`` as the two codes A and B, where documents are coded.
    """
    card, top_k = CARDS[name], _PARTS[name][0]
    if split_composites and not _is_of_documents(name):
        raise ConfigError(f"dataset_args.split_composites: a mention of {name} has one code, it cannot be split")
    published = _read(open_tree(folder))
    split_of = splits_of(published.texts)
    notes = (
        f"expressions are those labelled {_LABEL}; the texts are those of frasimed_cantemist, in the same splits:"
        " never train on one and test on the other",
        *published.notes,
    )
    if not _is_of_documents(name):
        return mention_corpus(card, published.mentions, split_of, top_k=top_k, notes=notes)
    codes_of: dict[str, set[str]] = defaultdict(set)
    for mention in published.mentions:
        codes = mention.code.split(_SEPARATOR) if split_composites else [mention.code]
        codes_of[mention.document_id] |= {code.strip() for code in codes if code.strip()}
    documents = {id_: text for id_, text in published.texts.items() if id_ in published.annotated}
    return document_corpus(card, documents, codes_of, split_of, top_k=top_k, notes=notes)


@dataclass(frozen=True, slots=True)
class _Published:
    """What the files hold.

    Args:
        texts: every document's, by name.
        mentions: the expressions, by document and place; those without a code are in the annotation files only.
        annotated: documents that somebody annotated.
        notes: what is missing.
    """

    texts: Mapping[str, str]
    mentions: tuple[Mention, ...]
    annotated: frozenset[str]
    notes: tuple[str, ...]


def _read(tree: FileTree) -> _Published:
    """Raises: DataError, where a file is absent or malformed, or the table disagrees with the texts."""
    table = tree.only(_TABLE)
    folder = table.parent / "ann_txt_files"
    files = [path for path in map(PurePosixPath, tree.names) if path.parent == folder]
    texts = {path.stem: tree.text(str(path)) for path in files if path.suffix == ".txt"}
    annotations = {path.stem: path for path in files if path.suffix == ".ann"}
    if not texts:
        raise DataError("there are no .txt files: the corpus is empty", path=tree.place(str(folder)))
    if alone := sorted(set(annotations) - set(texts)):
        raise DataError(f"there is no {alone[0]}.txt beside it", path=tree.place(str(annotations[alone[0]])))
    annotated = set(annotations)
    coded: dict[tuple[str, tuple[Span, ...]], Mention] = {}
    for document, spans, label, code, content in _rows(tree, str(table), texts):
        annotated.add(document)
        if label == _LABEL:
            coded[document, spans] = Mention(_id(document, spans), document, content, code, label)
    uncoded = {
        (document, spans): Mention(_id(document, spans), document, content, "", _LABEL)
        for document, path in annotations.items()
        for spans, content in _expressions(tree, str(path), texts[document])
        if (document, spans) not in coded
    }
    mentions = coded | uncoded
    notes = []
    if absent := sorted(set(texts) - annotated):
        notes.append(f"{len(absent)} of {len(texts)} texts were never annotated ({absent[0]}) and are left out")
    if uncoded:
        notes.append(f"{len(uncoded)} of {len(mentions)} expressions carry no code")
    if not annotations:
        notes.append("there are no .ann files: expressions without a code are not counted as lost")
    return _Published(
        texts, tuple(mentions[place] for place in sorted(mentions)), frozenset(annotated), tuple(notes)
    )


def _rows(
    tree: FileTree, name: str, texts: Mapping[str, str]
) -> Iterator[tuple[str, tuple[Span, ...], str, str, str]]:
    """Document, spans, label, code and content of each row."""
    place = tree.place(name)
    reader = csv.reader(io.StringIO(tree.text(name), newline=""), strict=True)
    seen: dict[tuple[str, str, str], int] = {}
    try:
        if (header := next(reader, [])) != list(_COLUMNS):
            raise DataError(f"expected the columns {list(_COLUMNS)}, found {header}", path=place, line=1)
        for row in reader:
            line = reader.line_num
            if len(row) != len(_COLUMNS):
                raise DataError(f"expected {len(_COLUMNS)} values, found {len(row)}", path=place, line=line)
            document, label, code, content, full_span = row
            if document not in texts:
                raise DataError(f"there is no text named {document!r}", path=place, line=line)
            if not code.strip():
                raise DataError("the code is empty", path=place, line=line)
            first = seen.setdefault((document, label, full_span), line)
            if first != line:
                raise DataError(f"line {first} has the same place and label", path=place, line=line)
            try:
                spans = _spans(full_span)
                found = " ".join(texts[document][start:end] for start, end in spans)
            except ValueError:
                raise DataError(
                    f"expected 'start end' or 'start end;start end', found {full_span!r}", path=place, line=line
                ) from None
            if found.split() != content.split():
                raise DataError(
                    f"{document} has {found!r} at {full_span}, the table {content!r}", path=place, line=line
                )
            yield document, tuple(sorted(spans)), label, code.strip(), content
    except csv.Error as error:
        raise DataError(f"malformed row: {error}", path=place, line=reader.line_num) from error


def _expressions(tree: FileTree, name: str, text: str) -> Iterator[tuple[tuple[Span, ...], str]]:
    """Place and content of the expressions of an annotation file."""
    for number, line in enumerate(tree.text(name).split("\n"), 1):
        if not line.startswith("T") or f"\t{_LABEL} " not in line:
            continue
        try:
            entity = parse_line(line.removesuffix("\r"), text)
        except LineError as error:
            raise DataError(str(error), path=tree.place(name), line=number) from None
        assert isinstance(entity, Entity), "a T line is an entity"
        yield entity.spans, entity.text(text)


def _spans(full_span: str) -> tuple[Span, ...]:
    """Raises: ValueError."""
    spans = []
    for part in full_span.split(";"):
        start, end = map(int, part.split(" "))
        if not 0 <= start < end:
            raise ValueError(full_span)
        spans.append((start, end))
    return tuple(spans)


def _id(document: str, spans: tuple[Span, ...]) -> str:
    return f"{document}:{','.join(f'{start}-{end}' for start, end in spans)}"
