"""Which sentence is said follows from the numbers; a change of a prediction changes the text."""

from __future__ import annotations

from typing import Any

from tabib.reports.statements import Book, Statement
from tabib.reports.study.findings import confidence_findings, error_findings, type_findings


def tier(name: str, f1: float | None, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    rates = {"precision": 0.5, "recall": 0.4, "f1_macro": 0.3}
    return {"tier": name, **rates, "f1": f1, "f1_low": low, "f1_high": high}


def type_row(label: str, of: str, f1: float | None, low: float, high: float, **more: Any) -> dict[str, Any]:
    row = {"label": label, "tier": of, "f1": f1, "f1_low": low, "f1_high": high, "support": 10, "correct": 5}
    return row | more


def number(name: str, value: float | None, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    return {
        "name": name,
        "value": value,
        "low": low,
        "high": high,
        "reason": "" if value is not None else "no gold",
    }


TYPES: dict[str, list[dict[str, Any]]] = {
    "tiers": [
        tier("frequent", 0.6),
        tier("rare", 0.3),
        tier("all", 0.5, 0.45, 0.55),
    ],
    "types": [
        type_row("Sex", "rare", 0.9, 0.8, 1.0),
        type_row("Sign", "frequent", 0.3, 0.2, 0.4),
        type_row("Drug", "frequent", 0.6, 0.4, 0.7),
        type_row("Area", "rare", 0.0, 0.0, 0.0, correct=0),
        type_row("Mass", "rare", None, 0.0, 0.0, support=0),
    ],
    "type_numbers": [number("spearman_f1_train", 0.7, 0.5, 0.8), number("f1_frequent_minus_rare", 0.3, 0.2, 0.4)],
    "confused": [
        {"gold": "Sign", "predicted": "Drug", "n": 12, "share": 0.12},
        {"gold": "Drug", "predicted": "Sign", "n": 2, "share": 0.02},
    ],
}


def texts(said: list[Statement]) -> list[str]:
    return [statement.text for statement in said]


def test_what_is_said_of_types() -> None:
    assert texts(type_findings(Book(TYPES))) == [
        "Exact F1 over all types is 50.0% [45.0, 55.0], precision 50.0%, recall 40.0%; the mean over types is"
        " 30.0%.",
        "Against rare types, frequent ones have +30.0 [+20.0, +40.0] points of F1 (60.0% against 30.0%).",
        "Types that train holds more often tend to be found better (Spearman's correlation over types 0.7).",
        "Not frequent in train, and yet above the F1 over all types: Sex (90.0%).",
        "Frequent in train, and yet below the F1 over all types: Sign (30.0%).",
        "Never found right, though the split holds them: Area.",
        "Without gold in the split, so without scores: Mass.",
        "Of Sign, 12.0% (12) are taken for Drug.",
    ]


def test_a_gap_that_may_be_chance_is_said_to_be_so() -> None:
    numbers = [number("spearman_f1_train", None), number("f1_frequent_minus_rare", 0.1, -0.1, 0.3)]
    said = texts(type_findings(Book(TYPES | {"type_numbers": numbers})))
    assert said[1].endswith("(60.0% against 30.0%), which may be chance.")
    assert not any("Spearman" in text for text in said)


def test_rare_types_that_are_found_better_are_said_to_be_so() -> None:
    numbers = [number("spearman_f1_train", -0.8, -0.9, -0.6)]
    said = texts(type_findings(Book(TYPES | {"type_numbers": numbers})))
    assert said[1].startswith("Types that train holds more often tend to be found worse")


def test_no_gap_and_no_interval_are_no_finding() -> None:
    for gap in (number("f1_frequent_minus_rare", 0.0, 0.0, 0.0), number("f1_frequent_minus_rare", 0.3)):
        numbers = [number("spearman_f1_train", 0.3), gap]
        said = texts(type_findings(Book(TYPES | {"type_numbers": numbers})))
        assert not any("points" in text or "Spearman" in text for text in said)


def test_the_gap_between_other_tiers_is_taken_where_one_has_no_types() -> None:
    numbers = [number("spearman_f1_train", 0.1, -0.3, 0.4), number("f1_medium_minus_rare", 0.2, 0.1, 0.3)]
    tables = TYPES | {"type_numbers": numbers, "tiers": [tier("medium", 0.5), *TYPES["tiers"][1:]]}
    said = texts(type_findings(Book(tables)))
    assert said[1].startswith("Against rare types, medium ones have +20.0")
    assert said[2].startswith("How often train holds a type does not clearly go with")


def error_tables(slope: tuple[float | None, float | None, float | None], n: float | None) -> dict[str, Any]:
    kinds = ("boundary", "type", "type and boundary", "missed", "spurious")
    return {
        "errors": [{"class": kind, "boundary": None, "of_errors": n} for kind in kinds],
        "error_numbers": [
            number("exact_rate", 0.6),
            number("partial_rate", 0.1),
            number("boundary_errors_per_word", *slope),
        ],
        "lengths": [
            {"words": "1", "f1": 0.7, "f1_low": None, "f1_high": None},
            {"words": "2+", "f1": 0.6, "f1_low": None, "f1_high": None},
        ],
        "patterns": [
            {"side": "gold", "family": "word", "feature": "“secret”", "found": True, "difference": 0.9,
             "rate": 1.0, "rate_without": 0.1},
            {"side": "gold", "family": "writing", "feature": "abbreviation", "found": True, "difference": 0.2,
             "rate": 0.5, "rate_without": 0.3},
            {"side": "gold", "family": "place", "feature": "discontinuous", "found": False, "difference": 0.5,
             "rate": 0.8, "rate_without": 0.3},
        ],
    }  # fmt: skip


def test_what_is_said_of_errors() -> None:
    said = texts(error_findings(Book(error_tables((0.05, 0.03, 0.07), 0.2))))
    assert said[1] == "Of gold, 60.0% is matched exactly and 10.0% only in part."
    assert said[2].startswith(
        "Longer entities have more boundary errors: on a straight line, +5.0 [+3.0, +7.0] points"
    )
    assert said[3] == "F1 of entities of one word is 70.0%, of several words 60.0%."
    assert said[4] == "Of gold with the feature “abbreviation”, 50.0% is not found exactly; without it, 30.0%."
    assert len(said) == 5, "neither words of documents nor what was not found are findings"


def test_a_hypothesis_that_is_not_shown_is_said_to_be_so() -> None:
    said = texts(error_findings(Book(error_tables((0.01, -0.01, 0.03), 0.2))))
    assert said[2].startswith("That longer entities have more boundary errors is not shown")


def test_without_errors_that_is_all_there_is_to_say() -> None:
    assert texts(error_findings(Book(error_tables((None, None, None), None)))) == ["There are no errors."]


def confidence_tables(gap: tuple[float, float, float], spot: float | None) -> dict[str, Any]:
    return {
        "confidence": [
            number("mean_tp", 0.9),
            number("mean_fp", 0.7),
            number("gap", *gap),
            number("ece_width", 0.2),
            number("ece_width_scaled", 0.1),
            number("temperature", 2.5),
            number("target_precision", 0.9),
            {"name": "sweet_spot", "value": spot, "reason": "" if spot else "no threshold reaches it"},
        ],
        "thresholds": [
            {"name": "sweet spot", "threshold": spot, "precision": 0.92, "precision_low": 0.9,
             "precision_high": 0.95, "coverage": 0.2, "recall": 0.1},
        ],
    }  # fmt: skip


def test_what_is_said_of_confidence() -> None:
    said = texts(confidence_findings(Book(confidence_tables((0.2, 0.1, 0.3), 0.98))))
    assert said == [
        "Right entities have a mean confidence of 0.9, wrong ones of 0.7.",
        "The model is too sure of itself (ECE 0.2); with a temperature of 2.5, fitted on dev, the ECE is 0.1.",
        "From the confidence 0.98 on, which was chosen on dev for a precision of 90.0%, 92.0% [90.0, 95.0] of"
        " the entities are right; 20.0%"
        " of the predicted entities are kept, and 10.0% of gold is found.",
    ]


def test_a_model_that_is_honest_and_a_threshold_that_is_none() -> None:
    said = texts(confidence_findings(Book(confidence_tables((0.0, -0.1, 0.1), None))))
    assert said[1].startswith("On the whole, confidences are about as high as they should be")
    assert said[2] == "No threshold could be chosen on dev: no threshold reaches it."


def test_where_all_are_right_nothing_is_said_of_wrong_ones() -> None:
    tables = confidence_tables((0.0, -0.1, 0.1), 0.9)
    tables["confidence"][1] = number("mean_fp", None)
    assert texts(confidence_findings(Book(tables)))[0] == "Right entities have a mean confidence of 0.9."


def test_without_confidences_the_reason_is_said() -> None:
    tables = {"confidence": [number("ece_width", None) | {"reason": "nothing was predicted"}], "thresholds": []}
    assert texts(confidence_findings(Book(tables))) == [
        "Nothing can be said of confidences: nothing was predicted."
    ]
