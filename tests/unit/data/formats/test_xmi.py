"""UIMA XMI: offsets in characters, whatever the text; no entity is ever expanded."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabib.core.errors import DataError
from tabib.data.formats.xmi import XmiAnnotation, XmiDocument, parse_xml, read_xmi, write_xmi

HEAD = (
    '<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore"'
    ' xmlns:custom="http:///webanno/custom.ecore" xmi:version="2.0">'
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "FR1.xml"


def write(file: Path, *elements: str, text: str = "Toux, fi&#232;vre") -> Path:
    sofa = f'<cas:Sofa xmi:id="12" sofaNum="1" sofaID="_InitialView" mimeType="text" sofaString="{text}"/>'
    file.write_text(HEAD + "".join(elements) + sofa + "</xmi:XMI>", encoding="utf-8")
    return file


def entity(begin: object, end: object, *, type: str = "CLINENTITY", more: str = "") -> str:
    return f'<custom:{type} xmi:id="5" sofa="12" begin="{begin}" end="{end}"{more}/>'


def test_a_text_with_its_annotations_and_their_features(file: Path) -> None:
    write(file, entity(6, 12, more=' entityID="C0015967"'), entity(0, 4, type="EVENT"))
    document = read_xmi(file)
    assert document.text == "Toux, fièvre"
    assert document.annotations == (
        XmiAnnotation("CLINENTITY", 6, 12, "5", {"entityID": "C0015967"}),
        XmiAnnotation("EVENT", 0, 4, "5"),
    )


def test_types_that_are_not_asked_for_are_passed_over_unchecked(file: Path) -> None:
    write(file, entity(0, 4), entity(3, 99, type="EVENT"))
    assert [one.type for one in read_xmi(file, ["CLINENTITY"]).annotations] == ["CLINENTITY"]


def test_a_line_end_of_two_characters_counts_as_two(file: Path) -> None:
    write(file, entity(6, 10), text="a b&#13;&#10; Toux")
    document = read_xmi(file)
    assert document.text[document.annotations[0].start : document.annotations[0].end] == "Toux"
    assert "\r\n" in document.text


def test_a_character_of_two_utf_16_units_counts_as_one(file: Path) -> None:
    """UIMA counts as Java does: the pill is two units, so the word after it begins at 3."""
    write(file, entity(3, 7), text="&#128138; Toux")
    document = read_xmi(file)
    assert (document.annotations[0].start, document.annotations[0].end) == (2, 6)
    assert document.text[2:6] == "Toux"


@pytest.mark.parametrize(
    ("begin", "end"), [(6, 99), (-1, 4), (4, 4), (5, 4), ("a", 4)], ids=lambda value: str(value)
)
def test_offsets_that_are_no_piece_of_the_text(file: Path, begin: object, end: object) -> None:
    write(file, entity(begin, end))
    with pytest.raises(DataError, match=rf"FR1\.xml: CLINENTITY 5: the offsets {begin} to {end} are not a piece"):
        read_xmi(file, ["CLINENTITY"])


def test_an_offset_inside_a_character_is_an_error(file: Path) -> None:
    write(file, entity(1, 7), text="&#128138; Toux")
    with pytest.raises(DataError, match="the offsets 1 to 7 are not a piece of the text"):
        read_xmi(file)


def test_a_file_without_a_text_is_an_error(file: Path) -> None:
    file.write_text(HEAD + "</xmi:XMI>", encoding="utf-8")
    with pytest.raises(DataError, match="expected one cas:Sofa with a sofaString, found 0"):
        read_xmi(file)


class TestUnsafeXml:
    def test_entities_are_not_expanded(self, file: Path) -> None:
        """A billion laughs: nine levels of ten would be a gigabyte."""
        levels = "".join(
            f'<!ENTITY e{level} "{"&e" + str(level - 1) + ";" if level else "ha"}{"x" * 10}">'
            for level in range(9)
        )
        file.write_text(f"<!DOCTYPE x [{levels}]><x>&e8;</x>", encoding="utf-8")
        with pytest.raises(DataError, match="the file declares an entity"):
            parse_xml(file)

    def test_nothing_outside_the_file_is_read(self, file: Path, tmp_path: Path) -> None:
        (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
        file.write_text('<!DOCTYPE x [<!ENTITY s SYSTEM "secret.txt">]><x>&s;</x>', encoding="utf-8")
        with pytest.raises(DataError, match="the file declares an entity"):
            parse_xml(file)

    def test_an_entity_is_refused_in_whatever_encoding(self, file: Path) -> None:
        content = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY e "a">]><x>&e;</x>'
        file.write_bytes(content.encode("utf-16"))
        with pytest.raises(DataError, match="the file declares an entity"):
            parse_xml(file)

    def test_a_document_type_alone_is_not_looked_up(self, file: Path) -> None:
        file.write_text('<!DOCTYPE Corpus SYSTEM "https://example.org/none.dtd"><Corpus/>', encoding="utf-8")
        assert parse_xml(file).tag == "Corpus"

    def test_what_is_no_xml_names_its_line(self, file: Path) -> None:
        file.write_text("<a>\n<b></a>", encoding="utf-8")
        with pytest.raises(DataError, match=r"FR1\.xml:2: not well-formed XML"):
            parse_xml(file)

    def test_an_absent_file(self, file: Path) -> None:
        with pytest.raises(DataError, match=r"FR1\.xml: the file does not exist"):
            parse_xml(file)


TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn")) | st.sampled_from('\r\n\t💊<&"'), min_size=1
)


@given(TEXT, st.data())
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, text: str, data: st.DataObject
) -> None:
    spans = data.draw(
        st.lists(st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text))).filter(lambda s: s[0] < s[1]))
    )
    document = XmiDocument(
        text,
        tuple(
            XmiAnnotation("CLINENTITY", start, end, str(number), {"xtra": "a & b"})
            for number, (start, end) in enumerate(spans, 20)
        ),
    )
    file = tmp_path_factory.mktemp("xmi") / "FR2.xml"
    write_xmi(document, file)
    assert read_xmi(file) == document


@pytest.mark.parametrize("one", [XmiAnnotation("A", 0, 9), XmiAnnotation("A", 0, 1, "1")])
def test_what_cannot_be_written_is_refused(file: Path, one: XmiAnnotation) -> None:
    with pytest.raises(ValueError, match="has an id that was used before, or is beyond the text"):
        write_xmi(XmiDocument("Toux", (one,)), file)
