"""CoNLL files: sentences, documents, columns, tags in every scheme, mistakes, and round trips."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tabib.core.errors import DataError
from tabib.core.examples import Document, LossReason
from tabib.core.spans import Entity, split_words
from tabib.core.tags import Chunk, Scheme, write_tags
from tabib.data.formats.conll import (
    ConllDocument,
    ConllSentence,
    from_entities,
    parse_conll,
    read_conll,
    to_example,
    write_conll,
)

FIRST = ConllSentence(("Fracture", "du", "fémur", "."), ("B-DISO", "I-DISO", "I-DISO", "O"))
SECOND = ConllSentence(("Repos", "."), ("B-PROC", "O"))

TOKEN = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=" \t\r\n"), min_size=1, max_size=6
).filter(lambda token: token != "-DOCSTART-")


@st.composite
def sentences(draw: st.DrawFn, scheme: Scheme) -> ConllSentence:
    tokens = tuple(draw(st.lists(TOKEN, min_size=1, max_size=8)))
    chunks, position = [], 0
    while position < len(tokens):
        last = draw(st.integers(position + 1, len(tokens)))
        if draw(st.booleans()):
            chunks.append(Chunk(draw(st.sampled_from(["X", "é-Y"])), position, last))
        position = last
    return ConllSentence(tokens, write_tags(chunks, len(tokens), scheme))


def conll_documents(scheme: Scheme) -> st.SearchStrategy[list[ConllDocument]]:
    document = st.lists(sentences(scheme), max_size=3).map(tuple).map(ConllDocument)
    return st.lists(document, max_size=3)


# Reading ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=repr)
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["no mark", "byte order mark"])
def test_sentences_are_read_with_any_line_end(tmp_path: Path, end: str, mark: str) -> None:
    lines = ["Fracture B-DISO", "du I-DISO", "fémur I-DISO", ". O", "", "", "Repos B-PROC", ". O"]
    path = tmp_path / "a.conll"
    path.write_bytes((mark + end.join(lines)).encode())
    assert read_conll(path) == [ConllDocument((FIRST, SECOND))]


def test_docstart_lines_part_documents_and_have_their_own_columns() -> None:
    lines = ["-DOCSTART- -X- O", "", "Repos NN B-PROC", ". PUNCT O", "-DOCSTART-", "Repos NN B-PROC", ". P O"]
    assert parse_conll(lines, "a") == [ConllDocument((SECOND,)), ConllDocument((SECOND,))]


def test_columns_are_chosen() -> None:
    lines = ["1\tB-PROC\tRepos\t_", "2\tO\t.\t_"]
    assert parse_conll(lines, "a", token_column=2, tag_column=1, separator="\t") == [ConllDocument((SECOND,))]


def test_with_a_tab_between_columns_a_token_may_hold_a_space() -> None:
    (document,) = parse_conll(["5 mg\tB-CHEM"], "a", separator="\t")
    assert document.sentences == (ConllSentence(("5 mg",), ("B-CHEM",)),)


def test_only_spaces_and_tabs_part_columns() -> None:
    (document,) = parse_conll(["5\u00a0mg\u2028  \tB-CHEM "], "a")
    assert document.sentences[0].tokens == ("5\u00a0mg\u2028",)


def test_comments_are_passed_over_only_where_they_are_asked_for() -> None:
    lines = ["# id = 1", "# O", "Repos B-PROC", ". O"]
    assert parse_conll(lines, "a", comment="# ") == [ConllDocument((SECOND,))]
    with pytest.raises(DataError, match=r"a:2: found 2 columns in '# O', expected 4"):
        parse_conll(lines, "a")


def test_an_empty_file_has_no_documents(tmp_path: Path) -> None:
    (tmp_path / "a.conll").write_bytes(b"\n\n")
    assert read_conll(tmp_path / "a.conll") == []


# Mistakes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("fémur", r"found 1 columns in 'fémur', expected 2 as on the lines before"),
        ("le fémur O", r"found 3 columns in 'le fémur O', expected 2"),
        ("fémur S-ANAT", r"the tag 'S-ANAT' is not one of IOB2"),
        ("fémur B", r"the tag 'B' is not one of IOB2"),
        ("fémur I-ANAT", r"the tag 'I-ANAT' is not allowed here in IOB2, in the sentence 'B-DISO I-ANAT'"),
    ],
)
def test_a_wrong_line_is_an_error_with_its_place(line: str, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        parse_conll(["Repos O", "", "Fracture B-DISO", line], "a.conll")
    assert (caught.value.path, caught.value.line) == ("a.conll", 4)


def test_a_column_that_is_not_there_is_an_error() -> None:
    with pytest.raises(DataError, match=r"a:1: found 2 columns in 'a O', expected at least 4"):
        parse_conll(["a O"], "a", tag_column=3)
    with pytest.raises(DataError, match=r"a:1: found 1 columns in 'a', expected at least 2"):
        parse_conll(["a"], "a")


def test_an_empty_token_is_an_error() -> None:
    with pytest.raises(DataError, match=r"a:1: the token is empty"):
        parse_conll(["\tO"], "a", separator="\t")


def test_tags_out_of_place_are_read_where_they_are_allowed() -> None:
    (document,) = parse_conll(["fémur I-ANAT", "gauche I-ANAT"], "a", strict=False)
    assert document.sentences[0].tags == ("I-ANAT", "I-ANAT")
    assert to_example(document, "d", strict=False).gold == (Entity.of("ANAT", 0, 12),)
    assert to_example(document, "d", strict=True).gold == ()


def test_files_that_are_absent_or_not_utf8_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    with pytest.raises(DataError, match=r"a\.conll: the file does not exist"):
        read_conll(path)
    path.write_bytes("Repos O\nfémur O\n".encode("latin-1"))
    with pytest.raises(DataError, match=r"a\.conll:2: byte 0xe9 is not valid UTF-8"):
        read_conll(path)


# Writing ---------------------------------------------------------------------------------------------------


def test_what_a_written_file_looks_like(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    write_conll([ConllDocument((FIRST, SECOND))], path, separator="\t")
    assert path.read_bytes().decode() == (
        "Fracture\tB-DISO\ndu\tI-DISO\nfémur\tI-DISO\n.\tO\n\nRepos\tB-PROC\n.\tO\n\n"
    )
    write_conll([ConllDocument((SECOND,)), ConllDocument(())], path)
    assert path.read_bytes().decode() == "-DOCSTART- O\n\nRepos B-PROC\n. O\n\n-DOCSTART- O\n\n"


@pytest.mark.parametrize("scheme", get_args(Scheme))
@pytest.mark.parametrize("separator", [" ", "\t"], ids=["space", "tab"])
def test_files_come_back_equal(tmp_path: Path, scheme: Scheme, separator: str) -> None:
    path = tmp_path / "a.conll"

    @settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
    @given(conll_documents(scheme), st.sampled_from(["\n", "\r\n", "\r"]))
    def check(documents: list[ConllDocument], end: str) -> None:
        write_conll(documents, path, scheme=scheme, separator=separator)
        path.write_bytes(path.read_bytes().replace(b"\n", end.encode()))
        assert read_conll(path, scheme=scheme) == documents
        assert read_conll(path, scheme=scheme, separator=separator) == documents

    check()


@pytest.mark.parametrize(
    "sentence",
    [
        ConllSentence((), ()),
        ConllSentence(("a", "b"), ("O",)),
        ConllSentence(("two words",), ("O",)),
        ConllSentence(("line\nend",), ("O",)),
        ConllSentence(("",), ("O",)),
        ConllSentence(("-DOCSTART-",), ("O",)),
        ConllSentence(("a",), ("I-X",)),
        ConllSentence(("a",), ("B-two words",)),
        ConllSentence(("\ud800",), ("O",)),
    ],
    ids=["empty", "lengths", "space", "line end", "empty token", "docstart", "tag", "label", "surrogate"],
)
def test_what_conll_cannot_hold_is_refused_and_nothing_is_written(tmp_path: Path, sentence: ConllSentence) -> None:
    with pytest.raises(DataError):
        write_conll([ConllDocument((FIRST, sentence))], tmp_path / "a.conll")
    assert list(tmp_path.iterdir()) == []


# Documents and entities ------------------------------------------------------------------------------------


def test_tokens_and_tags_become_a_text_with_words_and_entities() -> None:
    example = to_example(ConllDocument((FIRST, SECOND)), "d1")
    assert example.id == "d1"
    assert example.document.text == "Fracture du fémur .\nRepos ."
    assert [example.document.text[start:end] for start, end in example.document.words] == [
        *FIRST.tokens,
        *SECOND.tokens,
    ]
    assert example.gold == (Entity.of("DISO", 0, 17), Entity.of("PROC", 20, 25))


def test_entities_become_tags_and_what_tags_cannot_hold_is_lost() -> None:
    text = "Fracture du fémur.\r\nRepos."
    document = Document("d1", text, split_words(text))
    nested = Entity.of("ANAT", 12, 17)
    conll, lost = from_entities(document, [nested, Entity.of("PROC", 20, 25), Entity.of("DISO", 0, 17)])
    assert conll == ConllDocument((FIRST, SECOND))
    assert [(x.entity, x.reason) for x in lost] == [(nested, LossReason.NESTED)]


def test_a_line_end_inside_an_entity_ends_no_sentence() -> None:
    text = "Fracture\ndu fémur.\nRepos."
    conll, lost = from_entities(Document("d1", text, split_words(text)), [Entity.of("DISO", 0, 17)])
    assert conll.sentences[0].tokens == FIRST.tokens
    assert len(conll.sentences) == 2
    assert lost == ()


@settings(deadline=None, max_examples=100)
@given(st.data(), st.sampled_from(get_args(Scheme)))
def test_examples_come_back_equal(data: st.DataObject, scheme: Scheme) -> None:
    document = ConllDocument(tuple(data.draw(st.lists(sentences(scheme), max_size=3))))
    example = to_example(document, "d1", scheme=scheme)
    assert from_entities(example.document, example.gold, scheme) == (document, ())
