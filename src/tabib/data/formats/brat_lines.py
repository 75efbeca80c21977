"""The lines of a BRAT annotation file: one small type for each kind, read from a line and written to one.

After the description of the standoff format at https://brat.nlplab.org/standoff.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tabib.core.spans import Entity, Span

Argument = tuple[str, str]
"""(role, identifier of what fills it)."""


@dataclass(frozen=True, slots=True)
class Relation:
    """``R1<TAB>CAUSE Arg1:T1 Arg2:T2``: two arguments."""

    id: str
    label: str
    arguments: tuple[Argument, Argument]


@dataclass(frozen=True, slots=True)
class Event:
    """``E1<TAB>Surgery:T3 Theme:T1 Cause:E2``: ``trigger`` is the T that names it, arguments may be none."""

    id: str
    label: str
    trigger: str
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class Attribute:
    """``A1<TAB>Negation E1`` or ``A2<TAB>Confidence E2 low``; or ``M1``. ``value`` is None for a flag."""

    id: str
    label: str
    target: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Normalization:
    """``N1<TAB>Reference T1 UMLS:C0027051<TAB>myocardial infarction``: ``reference`` with its resource."""

    id: str
    label: str
    target: str
    reference: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """``#1<TAB>AnnotatorNotes T1<TAB>C0027051``.

    A line that is a mere comment has the id ``#`` and no label and target; ``text`` is all that follows the sign.
    """

    id: str
    label: str
    target: str
    text: str


@dataclass(frozen=True, slots=True)
class Equivalence:
    """``*<TAB>Equiv T1 T2 T3``: the only kind without an id."""

    label: str
    members: tuple[str, ...]

    @property
    def id(self) -> str:
        return "*"


Annotation = Entity | Relation | Event | Attribute | Normalization | Note | Equivalence


class LineError(ValueError):
    """A line is wrong; the caller knows its file and number."""


_SPANS = r"\d{1,12} \d{1,12}(?:;\d{1,12} \d{1,12})*"
_ENTITY = re.compile(rf"(T\d\w*)\t(\S+) ({_SPANS})\t(.*)", re.DOTALL)
_RELATION = re.compile(r"(R\d\w*)\t(\S+) (\S+):([^\s:]+) (\S+):([^\s:]+)[ \t]*")
_EVENT = re.compile(r"(E\d\w*)\t(\S+):([^\s:]+)((?: \S+:[^\s:]+)*)[ \t]*")
_ATTRIBUTE = re.compile(r"([AM]\d\w*)\t(\S+) (\S+)(?: ([^\t]*[^\s]))?[ \t]*")
_NORMALIZATION = re.compile(r"(N\d\w*)\t(\S+) (\S+) (\S+)(?:\t(.*))?", re.DOTALL)
_NOTE = re.compile(r"(#\d\w*)\t(\S+) (\S+)(?:\t(.*))?", re.DOTALL)
_EQUIVALENCE = re.compile(r"\*\t(\S+)((?: \S+)+)[ \t]*")

_SHAPES = {
    "T": "'T1<TAB>Label start end<TAB>text' ('start end;start end' for fragments)",
    "R": "'R1<TAB>Label Role:T1 Role:T2'",
    "E": "'E1<TAB>Label:T1 Role:T2 …'",
    "A": "'A1<TAB>Label T1 value' (the value may be absent)",
    "M": "'M1<TAB>Label T1 value' (the value may be absent)",
    "N": "'N1<TAB>Label T1 Resource:id<TAB>text'",
    "#": "'#1<TAB>Label T1<TAB>text'",
    "*": "'*<TAB>Label T1 T2 …'",
}


def parse_line(line: str, text: str) -> Annotation:
    """The annotation of one line, without its line end.

    Args:
        text: the document, which an entity's offsets must agree with.

    Raises:
        LineError: says what is wrong and what was expected.
    """
    kind = line[:1]
    parse = _PARSERS.get(kind)
    if parse is None:
        raise LineError(f"unknown type of line {line!r}; expected one that begins with {', '.join(_SHAPES)}")
    annotation = parse(line, text)
    if annotation is None:
        raise LineError(f"malformed line {line!r}; expected {_SHAPES[kind]}")
    return annotation


def format_line(annotation: Annotation, text: str) -> str:
    """The line of an annotation, without a line end."""
    match annotation:
        case Entity(label, spans, id):
            offsets = ";".join(f"{start} {end}" for start, end in spans)
            return f"{id}\t{label} {offsets}\t{_on_one_line(annotation.text(text))}"
        case Relation(id, label, arguments):
            return f"{id}\t{label} {_format_arguments(arguments)}"
        case Event(id, label, trigger, arguments):
            return f"{id}\t{_format_arguments(((label, trigger), *arguments))}"
        case Attribute(id, label, target, value):
            return f"{id}\t{label} {target}" + ("" if value is None else f" {value}")
        case Normalization(id, label, target, reference, name):
            return f"{id}\t{label} {target} {reference}\t{name}"
        case Note("#", "", "", comment):
            return f"#{comment}"
        case Note(id, label, target, comment):
            return f"{id}\t{label} {target}\t{comment}"
        case Equivalence(label, members):
            return f"*\t{label} {' '.join(members)}"


def targets(annotation: Annotation) -> tuple[str, ...]:
    """The identifiers that an annotation speaks of."""
    match annotation:
        case Relation(_, _, arguments):
            return tuple(target for _, target in arguments)
        case Event(_, _, trigger, arguments):
            return (trigger, *(target for _, target in arguments))
        case Attribute() | Normalization():
            return (annotation.target,)
        case Note():
            return (annotation.target,) if annotation.target else ()
        case Equivalence(_, members):
            return members
    return ()


def _parse_entity(line: str, text: str) -> Entity | None:
    match = _ENTITY.fullmatch(line)
    if match is None:
        return None
    id, label, offsets, quoted = match.groups()
    # Fragments stand in any order in real files; the quoted text follows the order of the offsets.
    try:
        spans = [_parse_span(span, len(text)) for span in offsets.split(";")]
    except LineError as error:
        raise LineError(f"{id}: {error}; the line says {quoted!r}") from None
    covered = " ".join(text[start:end] for start, end in spans)
    if quoted != covered and not _same_text(quoted, covered):
        raise LineError(
            f"{id}: the text at {offsets} is {covered!r}, but the line says {quoted!r}; offsets count characters"
            " (not bytes) of the text file as it is, line ends included, a byte order mark not"
        )
    try:
        return Entity(label, tuple(sorted(spans)), id)
    except ValueError:
        raise LineError(f"{id}: the fragments {offsets} overlap") from None


def _parse_span(offsets: str, length: int) -> Span:
    start, end = map(int, offsets.split(" "))
    if start >= end:
        raise LineError(f"the span {offsets} is empty; expected start < end, end exclusive")
    if end > length:
        raise LineError(f"the span {offsets} ends beyond the text, which has {length} characters")
    return start, end


def _same_text(quoted: str, covered: str) -> bool:
    """Whether they differ only in what BRAT changes: a line end is one space; columns may follow.

    For ``\\r\\n`` one space, two spaces and ``\\r`` with a space are all found.
    """
    return any(
        quoted == form or quoted.startswith(form + "\t")
        for form in (_on_one_line(covered), covered.replace("\r\n", " "), covered.replace("\n", " "))
    )


def _on_one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")


def _parse_relation(line: str, _: str) -> Relation | None:
    match = _RELATION.fullmatch(line)
    if match is None:
        return None
    id, label, role, target, other_role, other_target = match.groups()
    return Relation(id, label, ((role, target), (other_role, other_target)))


def _parse_event(line: str, _: str) -> Event | None:
    match = _EVENT.fullmatch(line)
    if match is None:
        return None
    id, label, trigger, rest = match.groups()
    pairs = (argument.rpartition(":") for argument in rest.split())
    return Event(id, label, trigger, tuple((role, target) for role, _, target in pairs))


def _parse_attribute(line: str, _: str) -> Attribute | None:
    match = _ATTRIBUTE.fullmatch(line)
    return match and Attribute(*match.groups())


def _parse_normalization(line: str, _: str) -> Normalization | None:
    match = _NORMALIZATION.fullmatch(line)
    return match and Normalization(*match.groups(default=""))


def _parse_note(line: str, _: str) -> Note | None:
    if not re.match(r"#\d", line):
        return Note("#", "", "", line[1:])
    match = _NOTE.fullmatch(line)
    return match and Note(*match.groups(default=""))


def _parse_equivalence(line: str, _: str) -> Equivalence | None:
    match = _EQUIVALENCE.fullmatch(line)
    return match and Equivalence(match[1], tuple(match[2].split()))


def _format_arguments(arguments: tuple[Argument, ...]) -> str:
    return " ".join(f"{role}:{target}" for role, target in arguments)


_PARSERS: dict[str, Callable[[str, str], Annotation | None]] = {
    "T": _parse_entity,
    "R": _parse_relation,
    "E": _parse_event,
    "A": _parse_attribute,
    "M": _parse_attribute,
    "N": _parse_normalization,
    "#": _parse_note,
    "*": _parse_equivalence,
}
