"""What the tables of one run say, in sentences. Which one is said follows from the numbers, by the rules here.

A difference is called one where its 95% interval does not hold 0; else the sentence says that it may be chance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tabib.reports.statements import Book, Statement, enumerated

MOST_NAMED = 5
"""Names in one sentence; tables have all."""

_CONFUSED = 3
_MIN_CONFUSED = 5
"""Fewer confused entities than this are no finding."""


def type_findings(book: Book) -> list[Statement]:
    """Overall score, tiers, frequency, types that stand out, types that are confused."""
    said = [
        Statement(
            "Exact F1 over all types is {f1}, precision {precision}, recall {recall}; the mean over types is"
            " {macro}.",
            {
                "f1": book.cite("tiers", "f1", "percent", interval=True, tier="all"),
                "precision": book.cite("tiers", "precision", "percent", tier="all"),
                "recall": book.cite("tiers", "recall", "percent", tier="all"),
                "macro": book.cite("tiers", "f1_macro", "percent", tier="all"),
            },
        )
    ]
    said += tier_finding(book)
    said += _frequency(book)
    said += _against_their_tier(book)
    said += _without_support(book)
    said += _confused(book)
    return said


def error_findings(book: Book) -> list[Statement]:
    """Shares of the classes, exact against partial, lengths, patterns."""
    shares = {
        name: book.cite("errors", "of_errors", "percent", **_main(kind))
        for name, kind in (
            ("boundary", "boundary"),
            ("type", "type"),
            ("both", "type and boundary"),
            ("missed", "missed"),
            ("spurious", "spurious"),
        )
    }
    if shares["missed"].value is None:
        return [Statement("There are no errors.")]
    said = [
        Statement(
            "Of all errors, {boundary} have the right type and wrong boundaries, {type} right boundaries and the"
            " wrong type, {both} are wrong in both; {missed} are missed and {spurious} spurious.",
            shares,
        )
    ]
    rates = {
        name: book.cite("error_numbers", "value", "percent", name=f"{name}_rate") for name in ("exact", "partial")
    }
    if rates["exact"].value is not None:
        said.append(Statement("Of gold, {exact} is matched exactly and {partial} only in part.", rates))
    said += _lengths(book)
    said += _patterns(book)
    return said


def confidence_findings(book: Book) -> list[Statement]:
    """Right against wrong, calibration, and the threshold that dev chose."""
    reason = book.cell("confidence", "reason", name="ece_width")
    if reason:
        cited = {"reason": book.cite("confidence", "reason", "text", name="ece_width")}
        return [Statement("Nothing can be said of confidences: {reason}.", cited)]
    return [*_means(book), *_calibration(book), *sweet_spot_finding(book)]


def _means(book: Book) -> list[Statement]:
    cited = {name: book.cite("confidence", "value", "number", name=f"mean_{name}") for name in ("tp", "fp")}
    words = {"tp": "Right entities have a mean confidence of {tp}", "fp": "Wrong entities have one of {fp}"}
    known = [name for name, citation in cited.items() if citation.value is not None]
    if len(known) == 2:
        return [Statement("Right entities have a mean confidence of {tp}, wrong ones of {fp}.", cited)]
    return [Statement(words[name] + ".", {name: cited[name]}) for name in known]


def tier_finding(book: Book) -> list[Statement]:
    """How far apart the tiers are, the most unlike ones that there are; nothing where they are not."""
    names = {row["name"] for row in book.tables["type_numbers"]}
    for one, other in (("frequent", "rare"), ("frequent", "medium"), ("medium", "rare")):
        name = f"f1_{one}_minus_{other}"
        if name not in names or book.cell("type_numbers", "value", name=name) is None:
            continue
        cited = {
            "one": book.cite("tiers", "tier", "text", tier=one),
            "other": book.cite("tiers", "tier", "text", tier=other),
            "gap": book.cite("type_numbers", "value", "points", name=name),
            "low": book.cite("type_numbers", "low", "points", name=name),
            "high": book.cite("type_numbers", "high", "points", name=name),
            "first": book.cite("tiers", "f1", "percent", tier=one),
            "second": book.cite("tiers", "f1", "percent", tier=other),
        }
        low, high = cited["low"].value, cited["high"].value
        if cited["gap"].value == 0 or low is None or high is None:
            return []
        words = (
            "Against {other} types, {one} ones have {gap} [{low}, {high}] points of F1 ({first} against {second})"
        )
        return [Statement(words + ("." if low > 0 or high < 0 else ", which may be chance."), cited)]
    return []


def _frequency(book: Book) -> list[Statement]:
    cited = {
        "rho": book.cite("type_numbers", "value", "number", name="spearman_f1_train"),
        "low": book.cite("type_numbers", "low", "number", name="spearman_f1_train"),
        "high": book.cite("type_numbers", "high", "number", name="spearman_f1_train"),
    }
    low, high = cited["low"].value, cited["high"].value
    if low is None or high is None:
        return []
    if low > 0:
        words = "Types that train holds more often tend to be found better"
    elif high < 0:
        words = "Types that train holds more often tend to be found worse"
    else:
        words = "How often train holds a type does not clearly go with how well it is found"
    return [Statement(words + " (Spearman's correlation over types {rho}).", {"rho": cited["rho"]})]


def _against_their_tier(book: Book) -> list[Statement]:
    """Types that are much better, or much worse, than how often train holds them lets expect."""
    overall = book.cell("tiers", "f1", tier="all")
    if overall is None:
        return []
    above = _rows(book, "types", lambda row: row["tier"] in ("medium", "rare") and (row["f1_low"] or 0) > overall)
    below = _rows(
        book,
        "types",
        lambda row: row["tier"] == "frequent" and row["f1_high"] is not None and row["f1_high"] < overall,
    )
    said = []
    for rows, words in (
        (above, "Not frequent in train, and yet above the F1 over all types: "),
        (below, "Frequent in train, and yet below the F1 over all types: "),
    ):
        if rows:
            said.append(_naming(book, words, rows))
    return said


def _without_support(book: Book) -> list[Statement]:
    never = _rows(book, "types", lambda row: row["support"] > 0 and row["correct"] == 0)
    absent = _rows(book, "types", lambda row: row["support"] == 0)
    said = []
    if never:
        said.append(_naming(book, "Never found right, though the split holds them: ", never, scores=False))
    if absent:
        said.append(_naming(book, "Without gold in the split, so without scores: ", absent, scores=False))
    return said


def _naming(book: Book, words: str, rows: Sequence[int], *, scores: bool = True) -> Statement:
    """Names of types, with their F1 where asked for; what is too much is counted in words."""
    shown = rows[:MOST_NAMED]
    names = book.cite_all("types", "label", shown)
    cited = dict(names)
    items = list(names)
    if scores:
        for key, row in zip(items, shown, strict=True):
            cited[f"{key}_f1"] = book.cite("types", "f1", "percent", label=book.tables["types"][row]["label"])
        listed = ", ".join(f"{{{key}}} ({{{key}_f1}})" for key in items)
    else:
        listed = enumerated(items)
    return Statement(words + listed + ("; and others." if len(rows) > len(shown) else "."), cited)


def _confused(book: Book) -> list[Statement]:
    rows = _rows(book, "confused", lambda row: row["n"] >= _MIN_CONFUSED)[:_CONFUSED]
    said = []
    for row in rows:
        key = {name: book.tables["confused"][row][name] for name in ("gold", "predicted")}
        cited = {
            "share": book.cite("confused", "share", "percent", **key),
            "n": book.cite("confused", "n", "count", **key),
            "gold": book.cite("confused", "gold", "text", **key),
            "predicted": book.cite("confused", "predicted", "text", **key),
        }
        said.append(Statement("Of {gold}, {share} ({n}) are taken for {predicted}.", cited))
    return said


def _lengths(book: Book) -> list[Statement]:
    slope = {
        key: book.cite("error_numbers", column, "points", name="boundary_errors_per_word")
        for key, column in (("slope", "value"), ("low", "low"), ("high", "high"))
    }
    low, high = slope["low"].value, slope["high"].value
    if low is None or high is None:
        return []
    said = []
    if low > 0:
        words = (
            "Longer entities have more boundary errors: on a straight line, {slope} [{low}, {high}] points for"
            " each word more, of the gold that was found with its type."
        )
    elif high < 0:
        words = (
            "Longer entities have fewer boundary errors: on a straight line, {slope} [{low}, {high}] points for"
            " each word more, of the gold that was found with its type."
        )
    else:
        words = (
            "That longer entities have more boundary errors is not shown: {slope} [{low}, {high}] points a word."
        )
    said.append(Statement(words, slope))
    single, several = (book.cite("lengths", "f1", "percent", interval=True, words=words) for words in ("1", "2+"))
    if single.value is not None and several.value is not None:
        cited = {"single": single, "several": several}
        said.append(Statement("F1 of entities of one word is {single}, of several words {several}.", cited))
    return said


def _patterns(book: Book) -> list[Statement]:
    """The strongest pattern of each family that holds no word of a document, for gold."""
    rows = _rows(
        book,
        "patterns",
        lambda row: row["found"] and row["side"] == "gold" and row["family"] not in ("word", "type"),
    )
    said = []
    seen: set[str] = set()
    for row in sorted(rows, key=lambda index: -abs(book.tables["patterns"][index]["difference"])):
        cells = book.tables["patterns"][row]
        if cells["family"] in seen:
            continue
        seen.add(cells["family"])
        key = {"side": "gold", "feature": cells["feature"], "family": cells["family"]}
        cited = {
            "feature": book.cite("patterns", "feature", "text", **key),
            "rate": book.cite("patterns", "rate", "percent", **key),
            "without": book.cite("patterns", "rate_without", "percent", **key),
        }
        said.append(
            Statement(
                "Of gold with the feature “{feature}”, {rate} is not found exactly; without it, {without}.",
                cited,
            )
        )
    return said


def _calibration(book: Book) -> list[Statement]:
    gap = book.find("confidence", name="gap")
    cells = book.tables["confidence"][gap]
    ece = book.cite("confidence", "value", "number", name="ece_width")
    names = {row["name"] for row in book.tables["confidence"]}
    cited = {"ece": ece}
    if cells["low"] is not None and cells["low"] > 0:
        words = "The model is too sure of itself (ECE {ece})"
    elif cells["high"] is not None and cells["high"] < 0:
        words = "The model is not sure enough of itself (ECE {ece})"
    else:
        words = "On the whole, confidences are about as high as they should be (ECE {ece})"
    if "ece_width_scaled" in names and book.cell("confidence", "value", name="temperature") is not None:
        cited["scaled"] = book.cite("confidence", "value", "number", name="ece_width_scaled")
        cited["temperature"] = book.cite("confidence", "value", "number", name="temperature")
        words += "; with a temperature of {temperature}, fitted on dev, the ECE is {scaled}"
    return [Statement(words + ".", cited)]


def sweet_spot_finding(book: Book) -> list[Statement]:
    """The threshold that dev chose, and what it does on the split; nothing without confidences."""
    if book.cell("confidence", "reason", name="ece_width"):
        return []
    if book.cell("confidence", "value", name="sweet_spot") is None:
        cited = {"reason": book.cite("confidence", "reason", "text", name="sweet_spot")}
        return [Statement("No threshold could be chosen on dev: {reason}.", cited)]
    cited = {
        "threshold": book.cite("thresholds", "threshold", "exact", name="sweet spot"),
        "precision": book.cite("thresholds", "precision", "percent", interval=True, name="sweet spot"),
        "coverage": book.cite("thresholds", "coverage", "percent", name="sweet spot"),
        "recall": book.cite("thresholds", "recall", "percent", name="sweet spot"),
        "target": book.cite("confidence", "value", "percent", name="target_precision"),
    }
    return [
        Statement(
            "From the confidence {threshold} on, which was chosen on dev for a precision of {target},"
            " {precision} of"
            " the entities are right; {coverage} of the predicted entities are kept, and {recall} of gold is"
            " found.",
            cited,
        )
    ]


def _main(kind: str) -> dict[str, Any]:
    """The row of a class as a whole; ``class`` is no name that an argument can have."""
    return {"class": kind, "boundary": None}


def _rows(book: Book, table: str, wanted: Callable[[Any], bool]) -> list[int]:
    return [index for index, row in enumerate(book.tables[table]) if wanted(row)]
