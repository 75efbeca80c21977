"""The rule that chooses a model, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tabib.analysis.comparison import compare
from tabib.analysis.criteria import NOT_MEASURED, NOTHING
from tabib.analysis.models import NO_RARE, group_models
from tabib.analysis.runs import RunData
from tabib.analysis.selection import (
    BASELINE,
    NO_CANDIDATE,
    NO_DEV,
    NO_DEV_AT_ALL,
    NOT_ABOVE,
    NOT_ASKED,
    Candidate,
    Selection,
    SelectionSettings,
    select,
)
from tabib.analysis.tradeoffs import trade_off_rows, trade_offs
from tabib.analysis.types import Thresholds
from tabib.core.errors import ConfigError
from tabib.core.spans import Entity
from tabib.tasks.base import Resampling

MakeRun = Callable[..., RunData]
FEW = Resampling(100)
GOLD = [Entity.of("A", 2 * i, 2 * i + 1) for i in range(8)] + [Entity.of("B", 20 + i, 21 + i) for i in range(2)]
TRAIN = {"A": 500, "B": 3}


@pytest.fixture(scope="module")
def says(make_run: MakeRun) -> MakeRun:
    """A run on four documents of a model that finds ``common`` of 8 entities of A and ``rare`` of 2 of B."""

    def make(name: str, common: int, rare: int = 0, seed: int = 42, **changes: object) -> RunData:
        said = GOLD[:common] + GOLD[8 : 8 + rare]
        documents = [(GOLD, said)] * 4
        changes = {"train_counts": TRAIN} | changes
        return make_run(documents, name=name, seed=seed, identity=f"{seed}" * 32, **changes)

    return make


def selected(
    dev: Sequence[RunData], settings: SelectionSettings | None = None, **speeds: float
) -> tuple[Selection, dict[str, Candidate]]:
    models = group_models(dev)
    names = [model.name for model in models.models]
    found = select(names, models, settings or SelectionSettings(), Thresholds(), FEW, speeds)
    return found, {row.model: row for row in found.candidates}


def test_the_weighted_mean_of_the_shares_decides(says: MakeRun) -> None:
    """F1: 2 · 8 / (10 + 8) and 2 · 6 / (10 + 6); rare: 0 and 2 · 1 / (2 + 1); documents per second 10 and 40."""
    found, rows = selected([says("good", 8), says("fast", 5, 1)], good=10, fast=40)

    share = (12 / 16) / (16 / 18)
    assert rows["good"].total == pytest.approx(0.6 * 1 + 0.2 * 0 + 0.2 * 10 / 40)
    assert rows["fast"].total == pytest.approx(0.6 * share + 0.2 * 1 + 0.2 * 1)
    assert (rows["fast"].score_share, rows["fast"].rare_types_share) == (pytest.approx(share), 1.0)
    assert (rows["good"].speed, rows["good"].speed_share) == (10, 0.25)
    assert (found.chosen, rows["fast"].rank, rows["good"].rank) == ("fast", 1, 2)


def test_other_weights_choose_another_model(says: MakeRun) -> None:
    runs = [says("good", 8), says("fast", 5, 1)]

    assert selected(runs, SelectionSettings({"score": 1}), good=10, fast=40)[0].chosen == "good"
    assert selected(runs, SelectionSettings({"score": 3, "speed": 1}), good=10, fast=40)[0].chosen == "fast"


def test_without_speeds_their_weight_goes_to_the_others(says: MakeRun) -> None:
    found, rows = selected([says("good", 8), says("fast", 5, 1)], good=10)
    used = {use.criterion: (use.weight, use.used, use.why) for use in found.criteria}

    assert used["speed"] == (pytest.approx(0.2), 0.0, NOT_MEASURED)
    assert used["score"] == (pytest.approx(0.6), pytest.approx(0.75), "")
    assert used["rare_types"] == (pytest.approx(0.2), pytest.approx(0.25), "")
    assert rows["good"].total == pytest.approx(0.75)
    assert rows["good"].speed_share is None


def test_without_rare_gold_or_anything_found_of_it_rare_types_do_not_count(says: MakeRun) -> None:
    common = {"A": 500, "B": 500}
    no_gold, _ = selected([says("one", 8, train_counts=common), says("other", 5, train_counts=common)])
    nothing, _ = selected([says("one", 8), says("other", 5)])
    reasons = [{use.criterion: use.why for use in found.criteria}["rare_types"] for found in (no_gold, nothing)]

    assert reasons == [NO_RARE, NOTHING]
    assert (no_gold.chosen, nothing.chosen) == ("one", "one")


def test_if_only_what_is_not_known_has_weight_the_score_decides(says: MakeRun) -> None:
    found, _ = selected([says("one", 8), says("other", 5)], SelectionSettings({"speed": 1}))

    assert found.chosen == "one"
    assert {use.criterion: use.used for use in found.criteria} == {"score": 1, "rare_types": 0, "speed": 0}


def test_who_is_no_candidate_and_why(says: MakeRun) -> None:
    majority = says("majority", 3, model="majority")
    models = group_models([says("good", 8), majority, says("no better", 3), says("not asked", 9)])
    names = ("good", "majority", "no better", "not asked", "no dev")
    settings = SelectionSettings(candidates=("good", "majority", "no better", "no dev"))
    found = select(names, models, settings, Thresholds(), FEW)
    why = {row.model: (row.rank, row.why) for row in found.candidates}

    assert why == {
        "good": (1, ""),
        "majority": (None, BASELINE),
        "no better": (None, NOT_ABOVE),
        "not asked": (None, NOT_ASKED),
        "no dev": (None, NO_DEV),
    }
    assert found.candidates[-1].score.value is None


def test_where_nothing_can_be_chosen_the_reason_is_said(says: MakeRun) -> None:
    without = select(["m"], None, SelectionSettings(), Thresholds(), FEW)
    majority, _ = selected([says("majority", 0, model="majority"), says("nothing", 0)])

    assert (without.chosen, without.why, without.sensitivity) == (None, NO_DEV_AT_ALL, ())
    assert (majority.chosen, majority.why) == (None, NO_CANDIDATE)
    assert majority.choice_rows()[0]["model"] is None


def test_the_seed_with_the_best_dev_score_is_deployed(says: MakeRun) -> None:
    runs = [says("m", 5, seed=42), says("m", 7, seed=44), says("m", 7, seed=43)]
    _, rows = selected(runs)

    assert (rows["m"].seed, rows["m"].seed_score) == (43, pytest.approx(14 / 17))
    assert rows["m"].run == "notes--m--s43--43434343"


def test_equally_good_models_come_by_score_then_name(says: MakeRun) -> None:
    runs = [says("b", 5), says("a", 5)]

    assert selected(runs)[0].chosen == "a"
    assert [row.share for row in selected(runs)[0].sensitivity] == [0.5, 0.5]


def test_every_weighting_is_tried(says: MakeRun) -> None:
    """With steps of a half: 1-0-0, 0-1-0, 0-0-1 and three halves. The first wins the score alone."""
    found, _ = selected([says("good", 8), says("fast", 5, 1)], SelectionSettings(step=0.5), good=10, fast=40)
    won = {row.model: (row.won, row.weightings, row.share) for row in found.sensitivity}

    assert won == {"fast": (5, 6, pytest.approx(5 / 6)), "good": (1, 6, pytest.approx(1 / 6))}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"weights": {"sped": 1}}, "no criterion 'sped'; did you mean 'speed'"),
        ({"weights": {"score": -1}}, "weights.score: found -1"),
        ({"weights": {"score": 0}}, "all of them are 0"),
        ({"step": 0.3}, "expected a part of 1"),
    ],
)
def test_settings_that_mean_nothing_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        SelectionSettings(**settings)  # type: ignore[arg-type]


def test_an_unknown_candidate_is_refused(says: MakeRun) -> None:
    with pytest.raises(ConfigError, match="no model 'godo'; did you mean 'good'"):
        selected([says("good", 8)], SelectionSettings(candidates=("godo",)))


def test_trade_offs_are_the_chosen_model_against_each_other(says: MakeRun) -> None:
    """On test the chosen model is behind: it was chosen on dev."""
    sizes = {"seconds": {"fit": 30.0}, "memory": {"process_gib": 1.5}}
    speeds = {"chosen": 10.0, "other": 40.0}
    test = compare(
        group_models([
            says("chosen", 6, **sizes),
            says("other", 8, seconds={"fit": 60.0}, memory={"process_gib": 3.0}),
        ]),
        Thresholds(),
        FEW,
        documents_per_second=speeds,
    )  # fmt: skip
    found, _ = selected([says("chosen", 8), says("other", 6)], SelectionSettings({"score": 1}), **speeds)
    (row,) = trade_off_rows(trade_offs(test, found))

    assert (row["model"], row["other"], row["split"], row["documents"]) == ("chosen", "other", "test", 4)
    assert row["difference"] == pytest.approx(12 / 16 - 16 / 18)
    assert row["difference_low"] <= row["difference"] <= row["difference_high"]
    assert (row["p"], row["p_holm"]) == (test.pairs[0].p, test.pairs[0].p_holm)
    assert (row["faster"], row["slower"], row["train_longer"], row["memory_less"]) == (0.25, 4, 0.5, 2)


def test_trade_offs_without_measurements_are_undefined(says: MakeRun) -> None:
    runs = [says("one", 8), says("other", 6)]
    found, _ = selected(runs)
    (row,) = trade_off_rows(trade_offs(compare(group_models(runs), Thresholds(), FEW), found))

    assert (row["faster"], row["slower"], row["train_longer"], row["memory_more"]) == (None, None, None, None)


def test_nothing_chosen_has_no_trade_offs(says: MakeRun) -> None:
    runs = [says("one", 8), says("other", 6)]
    without = select(["one", "other"], None, SelectionSettings(), Thresholds(), FEW)

    assert trade_offs(compare(group_models(runs), Thresholds(), FEW), without) == ()
