"""BRAT files: every kind of line, offsets, line ends, mistakes, and what is written is what was read."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tabib.core.errors import DataError
from tabib.core.spans import Entity
from tabib.data.formats.brat import (
    Attribute,
    BratDocument,
    Equivalence,
    Event,
    Normalization,
    Note,
    Relation,
    parse_brat,
    read_brat,
    write_brat,
)

TEXT = "Opéré d'une fracture\ndu fémur, sans déplacement.\n"
LINES = [
    "T1\tDISO 12 20\tfracture",
    "T2\tANAT 12 20;24 29\tfracture fémur",
    "#1\tAnnotatorNotes T1\tC0016658",
    "T3\tPROC 0 5\tOpéré",
    "E1\tSurgery:T3 Theme:T1",
    "E2\tStay:T3 ",
    "R1\tSITE Arg1:T1 Arg2:T2\t",
    "A1\tNegation E1",
    "M2\tConfidence E1 very low",
    "N1\tReference T1 UMLS:C0016658\tfracture",
    "*\tOVERLAP T1 T2 E1",
    "# seen twice",
    "T4\tDISO 12 23\tfracture du",
]

LABEL = st.text(st.characters(categories=["L", "N"], include_characters="_-."), min_size=1, max_size=6)
ONE_LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=12)
ANY_TEXT = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("ab é\n\r\t\u2028\x85\ufeff")), max_size=40
)


@st.composite
def documents(draw: st.DrawFn) -> BratDocument:
    """Documents with every kind of annotation, over any text; entities nested, crossing and discontinuous."""
    text = draw(ANY_TEXT)
    entities = []
    for number in range(draw(st.integers(0, 5)) if len(text) > 1 else 0):
        points = sorted(draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=6)))
        spans = tuple(zip(points[::2], points[1::2], strict=False))
        entities.append(Entity(draw(LABEL), spans, f"T{number + 1}"))
    if not entities:
        return BratDocument(text)
    ids = [entity.id for entity in entities]
    one_of = st.sampled_from(ids)

    def some() -> range:
        return range(1, draw(st.integers(0, 2)) + 1)

    def arguments(n: int) -> tuple[tuple[str, str], ...]:
        return tuple((draw(LABEL), draw(one_of)) for _ in range(n))

    value = st.none() | st.just("very low") | LABEL
    return BratDocument(
        text,
        tuple(entities),
        tuple(Relation(f"R{i}", draw(LABEL), (*arguments(1), *arguments(1))) for i in some()),
        tuple(Event(f"E{i}", draw(LABEL), draw(one_of), arguments(i)) for i in some()),
        tuple(Attribute(f"A{i}", draw(LABEL), draw(one_of), draw(value)) for i in some()),
        tuple(
            Normalization(f"N{i}", draw(LABEL), draw(one_of), "UMLS:" + draw(LABEL), draw(ONE_LINE))
            for i in some()
        ),
        tuple(Note(f"#{i}", draw(LABEL), draw(one_of), draw(ONE_LINE)) for i in some()),
        tuple(Equivalence(draw(LABEL), tuple(ids)) for _ in some()),
    )


def ids(document: BratDocument) -> list[str]:
    return [annotation.id for annotation in document.annotations]


def write(folder: Path, text: str, annotations: str | bytes) -> Path:
    path = folder / "doc.txt"
    path.write_bytes(text.encode())
    path.with_suffix(".ann").write_bytes(annotations if isinstance(annotations, bytes) else annotations.encode())
    return path


# Reading ---------------------------------------------------------------------------------------------------


def test_every_kind_of_line_is_read() -> None:
    document = parse_brat(TEXT, LINES, "doc.ann")
    assert document.entities == (
        Entity.of("DISO", 12, 20),
        Entity("ANAT", ((12, 20), (24, 29))),
        Entity.of("PROC", 0, 5),
        Entity.of("DISO", 12, 23),
    )
    assert [entity.id for entity in document.entities] == ["T1", "T2", "T3", "T4"]
    assert document.relations == (Relation("R1", "SITE", (("Arg1", "T1"), ("Arg2", "T2"))),)
    assert document.events == (Event("E1", "Surgery", "T3", (("Theme", "T1"),)), Event("E2", "Stay", "T3"))
    assert document.attributes == (
        Attribute("A1", "Negation", "E1"),
        Attribute("M2", "Confidence", "E1", "very low"),
    )
    assert document.normalizations == (Normalization("N1", "Reference", "T1", "UMLS:C0016658", "fracture"),)
    assert document.notes == (Note("#1", "AnnotatorNotes", "T1", "C0016658"), Note("#", "", "", " seen twice"))
    assert document.equivalences == (Equivalence("OVERLAP", ("T1", "T2", "E1")),)


def test_fragments_in_any_order_give_ascending_spans_and_are_written_as_they_were(tmp_path: Path) -> None:
    line = "T1\tDISO 24 29;12 20\tfémur fracture"
    document = parse_brat(TEXT, [line], "doc.ann")
    assert document.entities[0].spans == ((12, 20), (24, 29))
    write_brat(document, tmp_path / "doc.txt")
    assert (tmp_path / "doc.ann").read_text(encoding="utf-8") == line + "\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=repr)
@pytest.mark.parametrize("final", [True, False], ids=["final line end", "no final line end"])
def test_any_line_end_of_the_annotations(tmp_path: Path, end: str, final: bool) -> None:
    path = write(tmp_path, TEXT, end.join(LINES) + end * final)
    assert read_brat(path) == parse_brat(TEXT, LINES, "doc.ann")


@pytest.mark.parametrize("quoted", ["a b", "a  b", "a\r b"], ids=repr)
def test_windows_line_ends_of_the_text_count_as_two_characters(tmp_path: Path, quoted: str) -> None:
    path = write(tmp_path, "x\r\na\r\nb", f"T1\tDISO 3 7\t{quoted}\n")
    document = read_brat(path)
    assert document.text == "x\r\na\r\nb"
    assert document.entities[0].text(document.text) == "a\r\nb"


def test_a_byte_order_mark_is_taken_off_before_characters_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufefffracture", "\ufeffT1\tDISO 0 8\tfracture\n")
    assert read_brat(path).text == "fracture"
    path = write(tmp_path, "\ufefffracture nette", "T1\tDISO 1 9\tfracture\n")
    with pytest.raises(DataError, match=r"doc\.ann:1: .*'racture '.*'fracture'.*byte order mark not"):
        read_brat(path)


def test_several_annotation_files_and_none_at_all(tmp_path: Path) -> None:
    path = write(tmp_path, TEXT, "")
    (tmp_path / "doc.a1").write_text(LINES[0] + "\n", encoding="utf-8")
    (tmp_path / "doc.a2").write_text("A1\tNegation T1\n", encoding="utf-8")
    document = read_brat(path, [tmp_path / "doc.a1", tmp_path / "doc.a2"])
    assert ids(document) == ["T1", "A1"]
    assert read_brat(path, ()) == BratDocument(TEXT)


def test_a_text_that_begins_with_the_sign_of_a_byte_order_mark_comes_back(tmp_path: Path) -> None:
    write_brat(BratDocument("\ufefftoux", (Entity.of("DISO", 1, 5),)), tmp_path / "doc.txt")
    assert read_brat(tmp_path / "doc.txt").text == "\ufefftoux"


def test_a_line_of_white_space_is_as_good_as_empty(tmp_path: Path) -> None:
    write_brat(parse_brat(TEXT, [LINES[0], "  "], "doc.ann"), tmp_path / "doc.txt")
    assert (tmp_path / "doc.ann").read_text(encoding="utf-8") == LINES[0] + "\n  \n"


def test_an_extra_column_after_the_text_is_tolerated_and_kept(tmp_path: Path) -> None:
    line = "T1\tDISO 12 20\tfracture\t "
    write_brat(parse_brat(TEXT, [line], "doc.ann"), tmp_path / "doc.txt")
    assert (tmp_path / "doc.ann").read_text(encoding="utf-8") == line + "\n"


# Mistakes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("T9\tDISO 12 20\tfractures", r"T9: the text at 12 20 is 'fracture', but the line says 'fractures'"),
        ("T9\tDISO 12 20\tFracture", r"'fracture', but the line says 'Fracture'"),
        ("T9\tDISO 12 20;24 29\tfracturefémur", r"'fracture fémur', but the line says 'fracturefémur'"),
        ("T9\tDISO 12 12\t", r"the span 12 12 is empty"),
        ("T9\tDISO 20 12\t", r"the span 20 12 is empty"),
        (
            "T9\tDISO 40 400\tx",
            r"T9: the span 40 400 ends beyond the text, which has 49 characters; the line says 'x'",
        ),
        ("T9\tDISO 0 3;2 5\tOpé éré", r"T9: the fragments 0 3;2 5 overlap"),
        ("T9 DISO 12 20 fracture", r"malformed line .* expected 'T1<TAB>Label start end<TAB>text'"),
        ("T9\tDISO 12\tfracture", r"malformed line"),
        ("T9\tDISO -1 5\tx", r"malformed line"),
        ("T9\tDI SO 12 20\tfracture", r"malformed line"),
        ("R9\tSITE Arg1:T1", r"malformed line .* expected 'R1<TAB>Label Role:T1 Role:T2'"),
        ("E9\tSurgery", r"malformed line .* expected 'E1<TAB>"),
        ("A9\tNegation", r"malformed line .* expected 'A1<TAB>"),
        ("N9\tReference T1", r"malformed line .* expected 'N1<TAB>"),
        ("#9\tAnnotatorNotes", r"malformed line .* expected '#1<TAB>"),
        ("*\tOVERLAP", r"malformed line .* expected '\*<TAB>"),
        (
            "X1\tDISO 12 20\tfracture",
            r"unknown type of line 'X1\\tDISO 12 20\\tfracture'; expected one that begins",
        ),
        ("T9\tDISO 1 " + "9" * 5000 + "\tx", r"malformed line"),
        (
            "#9\tAnnotatorNotes T1\tfoo\rT2\tDISO 24 29\tfémur",
            r"carriage return alone .* mixes kinds of line ends",
        ),
        ("T1\tANAT 24 29\tfémur", r"the id T1 was used before, at doc\.ann:1"),
        ("R9\tSITE Arg1:T1 Arg2:T77", r"R9 speaks of T77, which no line has as its id"),
        ("E9\tSurgery:T77", r"E9 speaks of T77"),
        ("A9\tNegation E77", r"A9 speaks of E77"),
        ("#9\tAnnotatorNotes T77\tC0", r"#9 speaks of T77"),
        ("*\tOVERLAP T1 T77", r"\* speaks of T77"),
    ],
)
def test_a_wrong_line_is_an_error_with_its_place(line: str, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        parse_brat(TEXT, [LINES[0], "", line], "doc.ann")
    assert (caught.value.path, caught.value.line) == ("doc.ann", 3)


def test_absent_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"doc\.txt: the file does not exist"):
        read_brat(tmp_path / "doc.txt")
    (tmp_path / "doc.txt").write_text("x", encoding="utf-8")
    with pytest.raises(DataError, match=r"doc\.ann: the file does not exist"):
        read_brat(tmp_path / "doc.txt")


def test_bytes_that_are_not_utf8_are_named_with_their_line(tmp_path: Path) -> None:
    path = write(tmp_path, TEXT, "T1\tDISO 12 20\tfracture\nT3\tPROC 0 5\tOpéré\n".encode("latin-1"))
    with pytest.raises(DataError, match=r"doc\.ann:2: byte 0xe9 is not valid UTF-8"):
        read_brat(path)


# Writing ---------------------------------------------------------------------------------------------------


def test_lines_are_written_as_they_were_and_in_their_order(tmp_path: Path) -> None:
    content = "\n".join([*LINES[:3], "", *LINES[3:]]) + "\n"
    path = write(tmp_path, TEXT, content)
    write_brat(read_brat(path), tmp_path / "again.txt")
    assert (tmp_path / "again.ann").read_bytes() == content.encode()
    assert (tmp_path / "again.txt").read_bytes() == TEXT.encode()


def test_a_changed_annotation_keeps_its_place_a_new_one_comes_last_one_taken_out_is_gone(tmp_path: Path) -> None:
    document = parse_brat(TEXT, ["T1\tDISO 12 20\tfracture", "T2\tPROC 0 5\tOpéré", "T3\tANAT 24 29\tfémur"], "x")
    first, _, third = document.entities
    changed = replace(document, entities=(replace(first, label="FRACTURE"), third, Entity.of("ANAT", 21, 29)))
    write_brat(changed, tmp_path / "doc.txt")
    assert (tmp_path / "doc.ann").read_text(encoding="utf-8").splitlines() == [
        "T1\tFRACTURE 12 20\tfracture",
        "T3\tANAT 24 29\tfémur",
        "T4\tANAT 21 29\tdu fémur",
    ]


def test_entities_without_ids_are_numbered(tmp_path: Path) -> None:
    write_brat(BratDocument(TEXT, (Entity.of("A", 0, 5), Entity.of("B", 12, 20))), tmp_path / "doc.txt")
    assert ids(read_brat(tmp_path / "doc.txt")) == ["T1", "T2"]


@pytest.mark.parametrize(
    "document",
    [
        BratDocument("abc", (Entity.of("A", 0, 9),)),
        BratDocument("abc", (Entity.of("two words", 0, 2),)),
        BratDocument("abc", (Entity.of("A", 0, 1, id="T1"), Entity.of("A", 1, 2, id="T1"))),
        BratDocument("abc", attributes=(Attribute("A1", "Negation", "T1"),)),
        BratDocument("abc", (Entity.of("A", 0, 1, id="T1"),), notes=(Note("#1", "N", "T1", "two\nlines"),)),
        BratDocument("abc", (Entity.of("A", 0, 1, id="T1"),), notes=(Note("#", "N", "T1", "no number"),)),
        BratDocument("abc", (Entity.of("A", 0, 1, id="X1"),)),
        BratDocument("\ud800", ()),
    ],
    ids=[
        "beyond",
        "label",
        "repeated id",
        "unknown id",
        "line end",
        "note without id",
        "id of no kind",
        "surrogate",
    ],
)
def test_what_brat_cannot_hold_is_refused_and_nothing_is_written(tmp_path: Path, document: BratDocument) -> None:
    with pytest.raises(DataError):
        write_brat(document, tmp_path / "doc.txt")
    assert list(tmp_path.iterdir()) == []


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents(), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_documents_come_back_equal(tmp_path: Path, document: BratDocument, end: str, mark: bool) -> None:
    path = tmp_path / "doc.txt"
    write_brat(document, path)
    first = read_brat(path)
    assert first == document
    assert ids(first) == ids(document)

    # The same with other line ends and a byte order mark. Where \r is the only one, no note may hold another.
    annotations = path.with_suffix(".ann").read_bytes()
    path.with_suffix(".ann").write_bytes(b"\xef\xbb\xbf" * mark + annotations.replace(b"\n", end.encode()))
    path.write_bytes((b"" if document.text.startswith("\ufeff") else b"\xef\xbb\xbf" * mark) + path.read_bytes())
    assert read_brat(path) == document

    write_brat(first, path)
    assert path.with_suffix(".ann").read_bytes() == annotations


# Real corpora ----------------------------------------------------------------------------------------------

QUAERO = {
    ("train", "EMEA"): (11, 2695, 27),
    ("dev", "EMEA"): (12, 2260, 15),
    ("test", "EMEA"): (15, 2204, 42),
    ("train", "MEDLINE"): (833, 2994, 13),
    ("dev", "MEDLINE"): (832, 2977, 21),
    ("test", "MEDLINE"): (833, 3103, 23),
}
"""Documents, entities, discontinuous entities."""


def come_back(folder: Path, into: Path, *, every: int) -> list[BratDocument]:
    """All documents of a folder; one in ``every`` is written again, and is then the same in every byte."""
    documents = []
    for number, path in enumerate(sorted(folder.glob("*.ann"))):
        document = read_brat(path.with_suffix(".txt"))
        documents.append(document)
        if number % every == 0:
            write_brat(document, into / "doc.txt")
            assert (into / "doc.txt").read_bytes() == path.with_suffix(".txt").read_bytes(), path
            assert (into / "doc.ann").read_bytes() == path.read_bytes(), path
            bare = replace(document, layout=())
            write_brat(bare, into / "doc.txt")
            assert read_brat(into / "doc.txt") == document, path
    return documents


@pytest.mark.corpora
@pytest.mark.parametrize(("split", "part"), QUAERO)
def test_quaero_comes_back(real_corpora: Path, tmp_path: Path, split: str, part: str) -> None:
    documents = come_back(real_corpora / "quaero" / "corpus" / split / part, tmp_path, every=4)
    entities = [entity for document in documents for entity in document.entities]
    discontinuous = sum(entity.discontinuous for entity in entities)
    assert (len(documents), len(entities), discontinuous) == QUAERO[split, part]


@pytest.mark.corpora
@pytest.mark.parametrize(
    ("folder", "n_documents", "n_entities"),
    [("CANTEMIST-FRASIMED", 1301, 15978), ("DISTEMIST-FRASIMED", 750, 8059)],
)
def test_frasimed_comes_back(
    real_corpora: Path, tmp_path: Path, folder: str, n_documents: int, n_entities: int
) -> None:
    documents = come_back(real_corpora / "FRASIMED" / folder, tmp_path, every=10)
    assert len(documents) == n_documents
    assert sum(len(document.entities) for document in documents) == n_entities


@pytest.mark.corpora
def test_fracco_comes_back(real_corpora: Path, tmp_path: Path) -> None:
    documents = come_back(real_corpora / "FRACCO" / "ann_txt_files", tmp_path, every=10)
    assert len(documents) == 1300
    assert sum(len(document.entities) for document in documents) == 71380


@pytest.mark.corpora
def test_maccrobat_comes_back(real_corpora: Path, tmp_path: Path) -> None:
    documents = come_back(real_corpora / "MACCROBAT2020", tmp_path, every=4)
    assert len(documents) == 200
    assert sum(len(document.entities) for document in documents) == 25189
    assert sum(entity.discontinuous for document in documents for entity in document.entities) == 44
    assert Counter(relation.label for document in documents for relation in document.relations).most_common(6) == [
        ("MODIFY", 11571),
        ("BEFORE", 2014),
        ("SUB_PROCEDURE", 1375),
        ("IDENTICAL", 795),
        ("AFTER", 398),
        ("CAUSE", 149),
    ]
