"""Pairs are scored by what they state; the same statement is worded in other ways."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tabib.data.generate.corpora import GRAMMARS
from tabib.data.generate.grammar import Grammar
from tabib.data.generate.pairs import KINDS, PairRecipe, Statement, similarity

COUGH = Statement("plainte-souffle-toux", True, "duree-mois", "fort")


@pytest.mark.parametrize(
    ("other", "score"),
    [
        (COUGH, 5.0),
        (replace(COUGH, when="duree-an"), 4.0),
        (replace(COUGH, much="faible"), 3.5),
        (replace(COUGH, when="duree-an", much=""), 2.5),
        (replace(COUGH, positive=False, much=""), 2.0),
        (replace(COUGH, concept="plainte-souffle-dyspnee"), 1.5),
        (replace(COUGH, concept="plainte-souffle-dyspnee", positive=False), 1.0),
        (replace(COUGH, concept="plainte-tete-vertige"), 0.5),
        (replace(COUGH, concept="soin-coeur-diuretique"), 0.0),
    ],
)
def test_what_differs_makes_the_score_in_both_directions(other: Statement, score: float) -> None:
    assert similarity(COUGH, other) == similarity(other, COUGH) == score


def test_every_concept_can_be_said_in_two_ways_without_what_is_held_out() -> None:
    rules = Grammar.read(GRAMMARS / "pairs_fr.txt").rules
    concepts = [name for name in rules if name.count("-") == 2]
    assert {name.split("-")[0] for name in concepts} == set(KINDS)
    for name in rules:
        assert sum(not one.held_out for one in rules[name]) >= 2
    topics = [name.rsplit("-", 1)[0] for name in concepts]
    assert all(topics.count(topic) > 1 for topic in topics)


def test_no_sentence_comes_twice_and_held_out_wordings_are_not_in_train(tmp_path: Path) -> None:
    PairRecipe(GRAMMARS / "pairs_fr.txt", (60, 20, 20)).write_corpus("other", tmp_path)
    sentences = [
        sentence
        for split in ("train", "dev", "test")
        for row in (tmp_path / f"{split}.tsv").read_text(encoding="utf-8").splitlines()[1:]
        for sentence in row.split("\t")[1:3]
    ]
    assert len(sentences) == len(set(sentences)) == 200
    train = " ".join(sentences[:120])
    assert "pieds enflés" not in train
    assert "Il vient consulter" not in train
    assert "Il vient consulter" in " ".join(sentences[120:])
