"""UIMA XMI: a text (the sofa) and annotations on it in one XML file, read and written.

UIMA counts in UTF-16 code units, of the text as XML gives it (``&#13;&#10;`` counts as two); here offsets count
characters. A file that declares entities is refused, so none is expanded and nothing outside the file is read.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from tabib.core.errors import DataError

_XMI = "http://www.omg.org/XMI"
_CAS = "http:///uima/cas.ecore"
_CUSTOM = "http:///webanno/custom.ecore"
_OWN = ("sofa", "begin", "end")


@dataclass(frozen=True, slots=True)
class XmiAnnotation:
    """One annotation.

    Args:
        type: its name without namespace (``CLINENTITY``).
        start, end: characters of the text.
        id: ``xmi:id``.
        features: its other attributes.
    """

    type: str
    start: int
    end: int
    id: str = ""
    features: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class XmiDocument:
    """A text and its annotations, in the order of the file."""

    text: str
    annotations: tuple[XmiAnnotation, ...] = ()


def read_xmi(path: Path | str, types: Collection[str] | None = None) -> XmiDocument:
    """The document of a file.

    Args:
        types: of the annotations to read; None for all of them. Others are passed over unchecked.

    Raises:
        DataError: the file is absent, no XML (names the line), declares entities, or has not exactly one text;
            or the offsets of an annotation are no numbers, or empty or beyond the text.
    """
    path = Path(path)
    root = parse_xml(path)
    sofas = [element for element in root if element.tag == f"{{{_CAS}}}Sofa"]
    if len(sofas) != 1 or "sofaString" not in sofas[0].attrib:
        raise DataError(f"expected one cas:Sofa with a sofaString, found {len(sofas)}", path=path)
    text = sofas[0].attrib["sofaString"]
    position = _Positions(text)
    annotations = []
    for element in root:
        type = element.tag.rpartition("}")[2]
        if "begin" not in element.attrib or (types is not None and type not in types):
            continue
        id = element.attrib.get(f"{{{_XMI}}}id", "")
        try:
            start, end = (position.of(int(element.attrib[name])) for name in ("begin", "end"))
        except (KeyError, ValueError):
            start = end = -1
        if not 0 <= start <= end <= len(text) or (start == end and types is not None):
            raise DataError(
                f"{type} {id}: the offsets {element.attrib.get('begin')} to {element.attrib.get('end')} are not a"
                f" piece of the text, which has {position.units} UTF-16 units",
                path=path,
            )
        features = {
            name: value
            for name, value in element.attrib.items()
            if name not in _OWN and not name.startswith(f"{{{_XMI}}}")
        }
        annotations.append(XmiAnnotation(type, start, end, id, features))
    return XmiDocument(text, tuple(annotations))


def write_xmi(document: XmiDocument, path: Path | str, namespace: str = _CUSTOM) -> None:
    """Write a document such that ``read_xmi`` gives it back.

    Args:
        namespace: of the types of all annotations.

    Raises:
        ValueError: an annotation is beyond the text, or an id is that of the text (``1``) or used twice.
    """
    units = list(accumulate((_units(sign) for sign in document.text), initial=0))
    for prefix, uri in (("xmi", _XMI), ("cas", _CAS), ("custom", _CUSTOM)):
        ElementTree.register_namespace(prefix, uri)
    root = ElementTree.Element(f"{{{_XMI}}}XMI", {f"{{{_XMI}}}version": "2.0"})
    sofa = {"sofaNum": "1", "sofaID": "_InitialView", "mimeType": "text", "sofaString": document.text}
    used = {"1"}
    for number, one in enumerate(document.annotations, 2):
        id = one.id or str(number)
        if id in used or not 0 <= one.start <= one.end <= len(document.text):
            raise ValueError(f"{one} has an id that was used before, or is beyond the text")
        used.add(id)
        own = {"sofa": "1", "begin": str(units[one.start]), "end": str(units[one.end])}
        ElementTree.SubElement(
            root, f"{{{namespace}}}{one.type}", {f"{{{_XMI}}}id": id, **own, **dict(one.features)}
        )
    ElementTree.SubElement(root, f"{{{_CAS}}}Sofa", {f"{{{_XMI}}}id": "1", **sofa})
    ElementTree.SubElement(root, f"{{{_CAS}}}View", {"sofa": "1", "members": " ".join(sorted(used - {"1"}))})
    ElementTree.indent(root)
    content = ElementTree.tostring(root, encoding="unicode")
    Path(path).write_bytes(f'<?xml version="1.0" encoding="UTF-8"?>\n{content}\n'.encode())


def parse_xml(path: Path) -> ElementTree.Element:
    """The root of an XML file.

    Raises:
        DataError: the file is absent, not well-formed (names the line), or declares entities, which could be
            expanded without end or read from elsewhere. A document type without entities is not looked up.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DataError("the file does not exist", path=path) from None
    except OSError as error:
        raise DataError(f"the file cannot be read: {error.strerror}", path=path) from error
    _refuse_entities(content, path)
    try:
        return ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise DataError(f"not well-formed XML: {error}", path=path, line=error.position[0]) from None


def _refuse_entities(content: bytes, path: Path) -> None:
    """Parse once with a parser that stops at a declaration, in whatever encoding the file is."""

    def refuse(*_: object) -> None:
        raise DataError(
            "the file declares an entity (<!ENTITY …>), which no corpus needs; it is not read", path=path
        )

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise DataError(f"not well-formed XML: {error}", path=path, line=error.lineno) from None


class _Positions:
    """UTF-16 units → characters."""

    def __init__(self, text: str) -> None:
        plain = all(_units(sign) == 1 for sign in text)
        self._starts = None if plain else list(accumulate(map(_units, text), initial=0))
        self.units = len(text) if self._starts is None else self._starts[-1]

    def of(self, unit: int) -> int:
        """Raises: ValueError: beyond the text, or inside a character."""
        if self._starts is None:
            return unit
        index = bisect_left(self._starts, unit)
        if index == len(self._starts) or self._starts[index] != unit:
            raise ValueError(unit)
        return index


def _units(text: Iterable[str]) -> int:
    return sum(2 if ord(sign) > 0xFFFF else 1 for sign in text)
