"""Validation errors of the schemas in the words of a person who wrote a YAML file."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from tabib.config.errors import Loc, Mark, Problem, dotted
from tabib.config.yaml_file import describe
from tabib.registry import nearest

_EXPECTED = {
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "text",
    "bool_type": "true or false",
    "dict_type": "a mapping (key: value)",
    "mapping_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "list_type": "a list",
    "tuple_type": "a list",
    "greater_than": "a number above {gt}",
    "greater_than_equal": "a number of at least {ge}",
    "less_than": "a number below {lt}",
    "less_than_equal": "a number of at most {le}",
    "too_short": "at least {min_length} of them",
    "string_too_short": "at least {min_length} character(s)",
}


def problems_of(error: ValidationError, schema: type[BaseModel], marks: Mapping[Loc, Mark]) -> list[Problem]:
    """One problem for each error that pydantic found, with the place where its value was written.

    Args:
        error: what ``schema.model_validate`` raised.
        schema: the schema, for the names that would have been right.
        marks: where each path was written.
    """
    problems = []
    for details in error.errors(include_url=False):
        loc = tuple(part for part in details["loc"] if part != "[key]")
        problems.append(Problem(_message(details, loc, schema), loc, mark_of(loc, marks)))
    return problems


def mark_of(loc: Loc, marks: Mapping[Loc, Mark]) -> Mark | None:
    """Where a path was written, or the nearest thing above it that was."""
    for end in range(len(loc), -1, -1):
        if loc[:end] in marks:
            return marks[loc[:end]]
    return None


def line_error(loc: Loc, message: str, value: Any = None) -> InitErrorDetails:
    """A mistake found by our own checks, for ``ValidationError.from_exception_data``."""
    error = PydanticCustomError("tabib", "{message}", {"message": message})
    return InitErrorDetails(type=error, loc=loc, input=value)


def line_errors(error: ValidationError, prefix: Loc = ()) -> list[InitErrorDetails]:
    """The errors of one validation, to be raised again as part of another one, below ``prefix``."""
    again = []
    for details in error.errors(include_url=False):
        kind: str | PydanticCustomError = details["type"]
        if kind == "tabib":
            kind = PydanticCustomError("tabib", "{message}", {"message": details["msg"]})
        again.append(
            InitErrorDetails(
                type=kind, loc=(*prefix, *details["loc"]), input=details["input"], ctx=details.get("ctx", {})
            )
        )
    return again


def message_of(error: ValidationError) -> str:
    """The first error of a value that belongs to no schema, such as an option of a corpus."""
    return _message(error.errors(include_url=False)[0], (), BaseModel)


def fields(schema: type[BaseModel]) -> dict[str, Any]:
    """Key in YAML → annotation."""
    return {field.alias or name: field.annotation for name, field in schema.model_fields.items()}


def _message(details: ErrorDetails, loc: Loc, schema: type[BaseModel]) -> str:
    kind, found, context = details["type"], details["input"], details.get("ctx", {})
    if kind == "tabib":
        return details["msg"]
    if kind == "extra_forbidden":
        return _unknown_key(loc, schema)
    if kind == "missing":
        return "is missing; it has no default"
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        hint = nearest(found, _choices(loc, schema)) if isinstance(found, str) else ""
        hint = hint if "did you mean" in hint else ""
        return f"found {describe(found)}, expected {context['expected']}{hint}"
    if kind in _EXPECTED:
        return f"found {describe(found)}, expected {_EXPECTED[kind].format(**context)}"
    return f"found {describe(found)}: {details['msg'][:1].lower()}{details['msg'][1:]}"


def _unknown_key(loc: Loc, schema: type[BaseModel]) -> str:
    key = str(loc[-1])
    level = _annotation(loc[:-1], schema)
    known = fields(level) if _is_schema(level) else {}
    elsewhere = [
        dotted((name, key))
        for name, annotation in fields(schema).items()
        if _is_schema(inner := _bare(annotation)) and key in fields(inner)
    ]
    if key in fields(schema):
        elsewhere.append(key)
    hint = nearest(key, known) if known else "; nothing can be set here"
    if not elsewhere:
        return f"unknown key{hint}"
    place = " or ".join(elsewhere)
    return f"unknown key{hint} (or {place}?)" if "did you mean" in hint else f"unknown key; it belongs in {place}"


def _choices(loc: Loc, schema: type[BaseModel]) -> list[str]:
    return [value for value in get_args(_annotation(loc, schema)) if isinstance(value, str)]


def _annotation(loc: Loc, schema: type[BaseModel]) -> Any:
    """What is expected at a path; None where the schema does not say."""
    level: Any = schema
    for part in loc:
        if _is_schema(level):
            level = _bare(fields(level).get(str(part)))
        elif get_args(level):
            level = _bare(get_args(level)[1 if get_origin(level) in (dict, Mapping) else 0])
        else:
            return None
    return level


def _bare(annotation: Any) -> Any:
    """``X`` of ``X | None``."""
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [part for part in get_args(annotation) if part is not type(None)]
        return inner[0] if len(inner) == 1 else None
    return annotation


def _is_schema(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def explain_options(error: ValidationError, schema: type[BaseModel], model: str) -> list[tuple[Loc, str]]:
    """(path, message) of each mistake in ``backend_args``, which each model family has its own of."""
    explained = []
    for problem in problems_of(error, schema, {}):
        message = problem.message
        if message.startswith("unknown key"):
            names = sorted(fields(schema))
            hint = nearest(str(problem.loc[-1]), names) if names else "; it has no settings"
            message = f"not a setting of the model {model!r}{hint}"
        explained.append((problem.loc, message))
    return explained
