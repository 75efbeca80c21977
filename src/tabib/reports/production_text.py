"""Production readiness in sentences: what to do, what it does, what it cannot do. Every number is cited."""

from __future__ import annotations

from collections.abc import Iterator

from tabib.analysis.production.analysis import ProductionAnalysis
from tabib.analysis.production.false_positives import ALL_TYPES
from tabib.analysis.production.high_value import TOGETHER
from tabib.analysis.production.policies import CHOSEN
from tabib.reports.statements import Book, Citation, Statement, Style, enumerated

_RECOMMENDATION, _POLICIES, _TYPES = "production_recommendation", "production_policies", "production_types"
_ENTITIES, _DOCUMENTS = "production_entities", "production_documents"
_CODED = "production_coded"
_HIGH_VALUE, _RISKS, _CLASSES = "production_high_value", "production_false_positives", "production_classes"

_MET = {
    "yes": "it reaches the target of {target}",
    "no": "it is below the target of {target}",
    "unknown": "whether it reaches the target of {target} is not known ({why})",
}


def production_statements(analysis: ProductionAnalysis) -> tuple[Statement, ...]:
    """The recommendation first, then what it rests on."""
    book = Book(analysis.tables())
    return (
        *_strategy(book),
        *_expected(book),
        *_by_themselves(book),
        *_given_up(book),
        *_never_seen(book, analysis.settings.threshold),
        *_work(book, analysis.settings.threshold),
        *_high_value(book),
        *_risks(book),
        *_classes(book),
    )


def _strategy(book: Book) -> Iterator[Statement]:
    strategy = book.cell(_RECOMMENDATION, "strategy")
    reason = {"reason": book.cite(_RECOMMENDATION, "reason", "text")}
    if strategy == "not ready":
        yield Statement("Not ready to be deployed: {reason}.", reason)
    elif strategy == "assist":
        yield Statement(
            "Recommended: a reader sees every prediction, and nothing is coded without one: {reason}.", reason
        )
    else:
        types = [index for index, row in enumerate(book.tables[_TYPES]) if row["deployment"] == "auto-code"]
        cited = book.cite_all(_TYPES, "label", types)
        yield Statement(
            "Recommended: code without a reader what has a confidence of {threshold} or more and is of one of"
            " these types, {n} of {all}: " + enumerated(cited) + ". Everything else goes to a reader.",
            {
                "threshold": book.cite(_RECOMMENDATION, "threshold", "exact"),
                "n": book.cite(_RECOMMENDATION, "auto_types", "count"),
                "all": book.cite(_RECOMMENDATION, "types", "count"),
                **cited,
            },
        )


def _expected(book: Book) -> Iterator[Statement]:
    """What the policy that dev spoke for does on the split, recommended or vetoed."""
    policy = book.cell(_RECOMMENDATION, "policy")
    if not policy:
        return
    key = {"policy": policy, "where": "split"}
    recommended = book.cell(_RECOMMENDATION, "strategy") == "auto-code"
    words = "This codes" if recommended else "What dev speaks for would code"
    left = "it leaves" if recommended else "it would leave"
    yield Statement(
        f"{words} {{automation}} of the predicted entities, {{precision}} of them rightly, and finds"
        f" {{recall}} of the"
        f" gold; {left} {{wrong}} wrong entities per document that no reader sees.",
        {
            "automation": book.cite(_POLICIES, "automation", "percent", interval=True, **key),
            "precision": book.cite(_RECOMMENDATION, "precision", "percent", interval=True),
            "recall": book.cite(_POLICIES, "recall", "percent", interval=True, **key),
            "wrong": book.cite(_POLICIES, "wrong_per_document", "number", **key),
        },
    )
    target = {"target": book.cite(_RECOMMENDATION, "target", "percent")}
    confirmed = book.cell(_RECOMMENDATION, "confirmed")
    if confirmed == "unknown":
        yield Statement(
            "The split neither confirms nor refutes the target of {target} ({why}). Until more is known, a"
            " sample of"
            " what is coded should be read.",
            {**target, "why": book.cite(_RECOMMENDATION, "confirmed_why", "text")},
        )
    elif confirmed == "yes":
        yield Statement("The split, which had no say in the choice, confirms the target of {target}.", target)
    else:
        yield Statement("The split refutes the target of {target}, which is a veto.", target)


def _given_up(book: Book) -> Iterator[Statement]:
    """What the same rule over all types would do on dev, where it does more; types that are weak by themselves."""
    policy = book.cell(_RECOMMENDATION, "policy")
    names = {row["policy"] for row in book.tables[_POLICIES]}
    if book.cell(_RECOMMENDATION, "strategy") != "auto-code" or policy == CHOSEN or CHOSEN not in names:
        return
    more = {
        name: book.cite(_POLICIES, name, "percent", policy=CHOSEN, where="dev")
        for name in ("automation", "precision")
    }
    ours = book.cite(_POLICIES, "automation", "percent", policy=policy, where="dev")
    if more["automation"].value is not None and ours.value is not None and more["automation"].value > ours.value:
        yield Statement(
            "On dev, one threshold for all types would code more, {automation} against {ours}, at a precision of"
            " {precision}; it is not recommended, since it would also code types of which dev has too little"
            " to say.",
            {**more, "ours": ours},
        )


def _by_themselves(book: Book) -> Iterator[Statement]:
    """That the target holds for the types together, and what dev shows of each alone."""
    rows = book.tables[_CODED]
    if not rows:
        return
    shown = {row["label"] for row in book.tables[_TYPES] if row["decided"] == "auto"}
    unshown = [index for index, row in enumerate(rows) if row["label"] not in shown]
    if len(unshown) == len(rows):
        yield Statement(
            "The target holds for these types together, for which the threshold was chosen; dev shows it of"
            " none of"
            " them alone."
        )
    elif unshown:
        cited = book.cite_all(_CODED, "label", unshown)
        yield Statement(
            "The target holds for these types together, for which the threshold was chosen; dev does not show"
            " it of " + enumerated(cited) + " alone.",
            cited,
        )
    target = book.cell(_RECOMMENDATION, "target")
    weak = [index for index, row in enumerate(rows) if (row["dev_precision"] or 0.0) < target]
    if weak:
        cited = book.cite_all(_CODED, "label", weak)
        yield Statement("On dev, these are below it by themselves: " + enumerated(cited) + ".", cited)


def _never_seen(book: Book, threshold: float) -> Iterator[Statement]:
    if book.cell(_ENTITIES, "unseen", threshold=threshold) is None:
        return
    yield Statement(
        "{unseen} of the gold is overlapped by no prediction: it has no confidence, so no threshold and no review"
        " of predictions finds it, only somebody who reads the whole text.",
        {"unseen": book.cite(_ENTITIES, "unseen", "percent", interval=True, threshold=threshold)},
    )


def _work(book: Book, threshold: float) -> Iterator[Statement]:
    if book.cell(_ENTITIES, "automation", threshold=threshold) is None:
        return

    def cite(column: str, style: Style, *, interval: bool = False) -> Citation:
        return book.cite(_DOCUMENTS, column, style, interval=interval, threshold=threshold)

    at = {"threshold": cite("threshold", "exact")}
    yield Statement(
        "If instead every entity from {threshold} on were coded, that would be {share} of a document's"
        " entities, mean"
        " over documents; the median document would leave {median} for a reader, the fullest {most}.",
        {
            **at,
            "share": cite("share_auto_coded", "percent", interval=True),
            "median": cite("review_median", "number"),
            "most": cite("review_max", "count"),
        },
    )
    counts = {**at, "n": cite("auto_coded", "count"), "all": cite("documents", "count")}
    words = (
        "If all that is predicted in a document had to reach {threshold}, {n} of {all} would be coded without one"
    )
    if book.cell(_DOCUMENTS, "auto_coded", threshold=threshold):
        counts["right"] = cite("right", "count")
        words += ", of which {right} would be entirely right"
    yield Statement(words + ".", counts)


def _high_value(book: Book) -> Iterator[Statement]:
    for row in book.tables[_HIGH_VALUE]:
        key = {"label": row["label"]}
        name = {} if row["label"] == TOGETHER else {"label": book.cite(_HIGH_VALUE, "label", "text", **key)}
        what = "{label}" if name else "The high-value types together"
        cited = {**name, "f": book.cite(_HIGH_VALUE, "f1", "percent", interval=True, **key)}
        if row["precision_auto"] is None:
            cited["why"] = book.cite(_HIGH_VALUE, "why", "text", **key)
            cited["threshold"] = book.cite(_HIGH_VALUE, "threshold", "exact", **key)
            yield Statement(what + ": F1 {f}; of the precision at {threshold} nothing is known ({why}).", cited)
            continue
        cited |= {
            "threshold": book.cite(_HIGH_VALUE, "threshold", "exact", **key),
            "precision": book.cite(_HIGH_VALUE, "precision_auto", "percent", interval=True, **key),
            "coverage": book.cite(_HIGH_VALUE, "coverage", "percent", interval=True, **key),
            "target": book.cite(_RECOMMENDATION, "target", "percent"),
        }
        if row["target_met"] == "unknown":
            cited["why"] = book.cite(_HIGH_VALUE, "why", "text", **key)
        yield Statement(
            what
            + ": F1 {f}; at {threshold} precision is {precision}, for {coverage} of what is predicted: "
            + _MET[row["target_met"]]
            + ".",
            cited,
        )


def _risks(book: Book) -> Iterator[Statement]:
    worst = book.tables[_RISKS][0]
    if worst["label"] == ALL_TYPES or not worst["auto_wrong"]:
        return
    key = {"label": worst["label"]}
    yield Statement(
        "Of the {all} wrong entities from {threshold} on, {label} has more than any other type: {wrong}, which"
        " would be"
        " {often} in a hundred documents; {rate} of those of this type are wrong.",
        {
            "threshold": book.cite(_RISKS, "threshold", "exact", **key),
            "label": book.cite(_RISKS, "label", "text", **key),
            "wrong": book.cite(_RISKS, "auto_wrong", "count", **key),
            "all": book.cite(_RISKS, "auto_wrong", "count", label=ALL_TYPES),
            "often": book.cite(_RISKS, "auto_per_100", "number", **key),
            "rate": book.cite(_RISKS, "auto_rate", "percent", interval=True, **key),
        },
    )


def _classes(book: Book) -> Iterator[Statement]:
    if all(row["dev_gold"] is None for row in book.tables[_TYPES]):
        return
    yield Statement(
        "Types by what dev shows: {auto} reach the target, {human} are probably below it or never predicted, of"
        " {unknown} it has too little to say.",
        {name: book.cite(_CLASSES, "types", "count", decided=name) for name in ("auto", "human", "unknown")},
    )
    for name, words in (
        ("auto", "Of those that reach it, precision on the split is {precision}."),
        ("human", "Of those that are probably below it, precision on the split is {precision}."),
    ):
        if book.cell(_CLASSES, "precision", decided=name) is not None:
            precision = book.cite(_CLASSES, "precision", "percent", interval=True, decided=name)
            yield Statement(words, {"precision": precision})
