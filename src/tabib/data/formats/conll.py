"""CoNLL: one word per line with its tag, an empty line between sentences, ``-DOCSTART-`` between documents.

CoNLL holds no spacing: the text of what is read is its tokens joined by a space, its sentences by a line end.
Columns other than the token's and the tag's are not kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tabib.core.errors import DataError
from tabib.core.examples import Document, Example, Lost
from tabib.core.spans import Entity, Span
from tabib.core.tags import OUTSIDE, Scheme, convert_tags, illegal_tag, is_tag, spans_to_tags, tags_to_spans
from tabib.data.formats.tables import read_text

DOCSTART = "-DOCSTART-"
_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class ConllSentence:
    """At least one token, and one tag for each."""

    tokens: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConllDocument:
    """The sentences between two ``-DOCSTART-`` lines; of the whole file where it has none."""

    sentences: tuple[ConllSentence, ...]


def read_conll(
    path: Path | str,
    *,
    scheme: Scheme = "IOB2",
    strict: bool = True,
    token_column: int = 0,
    tag_column: int = -1,
    separator: str | None = None,
    comment: str | None = None,
) -> list[ConllDocument]:
    """The documents of a file, with any line ends and with or without a byte order mark.

    Args:
        scheme: of the tags.
        strict: whether a tag that the scheme does not allow in its place (in IOB2 an I after O or after another
            label) is an error; otherwise only a tag that the scheme does not have is one.
        token_column, tag_column: 0-based; negative ones count from the last.
        separator: between columns: a string, or None for any run of spaces and tabs.
        comment: lines that begin with this are passed over (``"# "``); None: there are no comments.

    Raises:
        DataError: the file is absent or not UTF-8; with its line: another number of columns than the first word
            has, an empty token, a tag that is not allowed.
    """
    lines = _LINE_END.split(read_text(Path(path)))
    return parse_conll(
        lines,
        path,
        scheme=scheme,
        strict=strict,
        token_column=token_column,
        tag_column=tag_column,
        separator=separator,
        comment=comment,
    )


def parse_conll(
    lines: Iterable[str],
    path: Path | str,
    *,
    scheme: Scheme = "IOB2",
    strict: bool = True,
    token_column: int = 0,
    tag_column: int = -1,
    separator: str | None = None,
    comment: str | None = None,
) -> list[ConllDocument]:
    """As ``read_conll``, from lines without their ends; ``path`` is for messages."""
    documents: list[list[ConllSentence]] = []
    words: list[tuple[int, str, str]] = []
    n_columns = 0

    def end_sentence() -> None:
        if words:
            if not documents:
                documents.append([])
            documents[-1].append(_sentence(words, scheme, strict, path))
            words.clear()

    for number, line in enumerate(lines, 1):
        if comment is not None and line.startswith(comment):
            continue
        if not line.strip(" \t"):
            end_sentence()
            continue
        columns = _split(line, separator)
        if columns[0] == DOCSTART:
            end_sentence()
            documents.append([])
            continue
        if not n_columns:
            n_columns = len(columns)
            needed = max(c + 1 if c >= 0 else -c for c in (token_column, tag_column))
            if n_columns < max(needed, 2):
                raise DataError(
                    f"found {n_columns} columns in {line!r}, expected at least {max(needed, 2)}:"
                    f" the token in column {token_column}, the tag in column {tag_column}",
                    path=path,
                    line=number,
                )
        if len(columns) != n_columns:
            raise DataError(
                f"found {len(columns)} columns in {line!r}, expected {n_columns} as on the lines before",
                path=path,
                line=number,
            )
        if not columns[token_column]:
            raise DataError(f"the token is empty in {line!r}", path=path, line=number)
        words.append((number, columns[token_column], columns[tag_column]))
    end_sentence()
    return [ConllDocument(tuple(sentences)) for sentences in documents]


def write_conll(
    documents: Sequence[ConllDocument],
    path: Path | str,
    *,
    scheme: Scheme = "IOB2",
    strict: bool = True,
    separator: str = " ",
) -> None:
    """Write tokens and tags in two columns such that ``read_conll`` with the same arguments gives them back.

    ``-DOCSTART-`` lines are written where there is not exactly one document.

    Raises:
        DataError: CoNLL cannot hold them: white space in a token, a tag that is not allowed, an empty sentence…
            Nothing is written.
    """
    path = Path(path)
    lines: list[str] = []
    for document in documents:
        if len(documents) != 1 or not document.sentences:
            lines += [f"{DOCSTART}{separator}{OUTSIDE}", ""]
        for sentence in document.sentences:
            if len(sentence.tokens) != len(sentence.tags):
                raise DataError(
                    f"{len(sentence.tags)} tags for {len(sentence.tokens)} tokens: {sentence}", path=path
                )
            lines += [
                f"{token}{separator}{tag}" for token, tag in zip(sentence.tokens, sentence.tags, strict=True)
            ]
            lines.append("")
    content = "".join(line + "\n" for line in lines)
    again = parse_conll(
        _LINE_END.split(content),
        path,
        scheme=scheme,
        strict=strict,
        separator=separator if separator != " " else None,
    )
    if again != list(documents):
        raise DataError(
            "CoNLL cannot hold these sentences: one is empty, or a token is empty, is the word -DOCSTART- or holds"
            " white space",
            path=path,
        )
    # A reader takes one byte order mark off, so a first token that begins with this character needs another.
    mark = "\ufeff" if content.startswith("\ufeff") else ""
    try:
        path.write_bytes((mark + content).encode("utf-8"))
    except UnicodeEncodeError as error:
        raise DataError(f"it cannot be written as UTF-8: {error}", path=path) from None


def to_example(
    document: ConllDocument, document_id: str, *, scheme: Scheme = "IOB2", strict: bool = True
) -> Example[tuple[Entity, ...]]:
    """The text that the tokens spell, its words, and the entities that the tags spell (see ``read_tags``)."""
    pieces: list[str] = []
    words: list[Span] = []
    entities: list[Entity] = []
    position = 0
    for sentence in document.sentences:
        first = len(words)
        for token in sentence.tokens:
            words.append((position, position + len(token)))
            position += len(token) + 1
        pieces.append(" ".join(sentence.tokens))
        tagged = tags_to_spans(words[first:], sentence.tags, scheme, strict)
        entities += [span.entity for span in tagged]
    return Example(Document(document_id, "\n".join(pieces), tuple(words)), tuple(entities))


def from_entities(
    document: Document, entities: Sequence[Entity], scheme: Scheme = "IOB2"
) -> tuple[ConllDocument, tuple[Lost, ...]]:
    """The words of a document with one tag each, and the entities that tags do not hold (see ``spans_to_tags``).

    A sentence ends at a line end of the text, unless it is inside an entity.
    """
    words = document.words
    tags, lost = spans_to_tags(words, entities, document_id=document.id)
    inside = {word for tagged in tags_to_spans(words, tags) for word in range(tagged.first + 1, tagged.last)}
    sentences: list[ConllSentence] = []
    first = 0
    for word in range(1, len(words) + 1):
        ends = word == len(words) or (
            word not in inside and _LINE_END.search(document.text, words[word - 1][1], words[word][0])
        )
        if ends:
            tokens = tuple(document.text[start:end] for start, end in words[first:word])
            # Sentence by sentence: in IOB1 a tag depends on the one before it.
            sentences.append(ConllSentence(tokens, convert_tags(tags[first:word], "IOB2", scheme)))
            first = word
    return ConllDocument(tuple(sentences)), lost


def _split(line: str, separator: str | None) -> list[str]:
    return re.split(r"[ \t]+", line.strip(" \t")) if separator is None else line.split(separator)


def _sentence(
    words: Sequence[tuple[int, str, str]], scheme: Scheme, strict: bool, path: Path | str
) -> ConllSentence:
    tags = tuple(tag for _, _, tag in words)
    for number, _, tag in words:
        if not is_tag(tag, scheme):
            raise DataError(f"the tag {tag!r} is not one of {scheme}", path=path, line=number)
    wrong = illegal_tag(tags, scheme) if strict else None
    if wrong is not None:
        raise DataError(
            f"the tag {tags[wrong]!r} is not allowed here in {scheme}, in the sentence {' '.join(tags)!r}; if the"
            " file means it so, read it with strict=False",
            path=path,
            line=words[wrong][0],
        )
    return ConllSentence(tuple(token for _, token, _ in words), tags)
