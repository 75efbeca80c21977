"""What holds for every corpus of the registry: the shipped ones, and the real ones where they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tabib import registry
from tabib.core.errors import ConfigError
from tabib.core.examples import LossReason
from tabib.core.spans import Entity, split_words
from tabib.core.tags import spans_to_tags, tags_to_spans
from tabib.data.check import check_corpus
from tabib.data.corpus import SPLITS, Corpus
from tabib.data.load import (
    SHIPPED,
    card_of,
    check_options,
    fingerprint_corpus,
    gold_labels,
    load_corpus,
    training_labels,
)
from tabib.data.remote import RemoteFile
from tabib.data.sample import SAMPLES

Load = Callable[..., Corpus]

NAMES = sorted(registry.corpora())
SHIPPED_NAMES = [name for name in NAMES if name.startswith("mini_")]
SAMPLE_NAMES = [name for name in NAMES if any((SAMPLES / folder).is_dir() for folder in card_of(name).folders)]
"""Corpora that are not at hand: an invented sample in their layout stands for them."""
QUAERO = ["emea", "medline", "quaero_emea_token", "quaero_medline_token"]


def corpora(names: list[str]) -> list[Any]:
    return [
        pytest.param(name, marks=() if name in SHIPPED_NAMES + SAMPLE_NAMES else pytest.mark.corpora, id=name)
        for name in names
    ]


@cache
def _loaded(name: str, data_dir: Path | None, options: tuple[tuple[str, Any], ...]) -> Corpus:
    return load_corpus(name, data_dir=data_dir, options=dict(options))


def where(name: str, request: pytest.FixtureRequest) -> Path | None:
    """The data directory of a corpus; the test is skipped where it is absent."""
    if name in SHIPPED_NAMES:
        return None
    if name in SAMPLE_NAMES:
        return SAMPLES
    data_dir: Path = request.getfixturevalue("real_corpora")
    return data_dir


@pytest.fixture
def load(request: pytest.FixtureRequest) -> Load:
    """Loads a corpus once; a real one is skipped where it is absent."""

    def load_named(name: str, **options: Any) -> Corpus:
        return _loaded(name, where(name, request), tuple(sorted(options.items())))

    return load_named


@pytest.mark.parametrize("name", corpora(NAMES))
def test_a_corpus_is_what_its_card_says(name: str, load: Load) -> None:
    """Ids, offsets, labels, counts, groups, shared texts: see ``CheckReport.problems``."""
    assert check_corpus(load(name)).problems == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_card_is_complete_and_agrees_with_the_registry(name: str) -> None:
    card, entry = card_of(name), registry.corpora()[name]
    assert (card.name, card.task) == (name, entry.task)
    assert all([card.licence, card.citation, card.access, card.folders, card.summary])
    assert all(len(language) == 2 for language in card.languages)
    assert list(card.labels) == sorted(set(card.labels))
    assert not (card.labels and card.labels_from_train)
    assert card.test_only or {"train", "test"} <= set(card.statistics) <= set(SPLITS)


@pytest.mark.parametrize("name", [name for name in NAMES if card_of(name).remote])
def test_what_publishers_serve_becomes_a_place_where_the_corpus_is_looked_for(name: str) -> None:
    card = card_of(name)
    assert card.remote is not None
    assert card.remote.place in (*card.folders, *card.archives)
    assert card.remote.files
    for url in (card.remote.licence_page, *(file.url for file in card.remote.files)):
        assert re.fullmatch(r"https?://[a-z0-9.-]+(/\S*)?", url)
    for file in card.remote.files:
        if isinstance(file, RemoteFile):
            assert re.fullmatch("(sha256:[0-9a-f]{64}|md5:[0-9a-f]{32})?", file.checksum)
            assert not (file.name and file.unpack)
    assert all(re.fullmatch("[0-9a-f]{64}", sha256) for sha256 in card.remote.contents.values())


@pytest.mark.parametrize("name", corpora(NAMES))
def test_gold_is_of_the_kind_that_the_task_has(name: str, load: Load) -> None:
    corpus = load(name)
    for split in SPLITS:
        for example in corpus.split(split):
            gold = example.gold
            if corpus.task in ("ner_span", "ner_token"):
                assert all(isinstance(entity, Entity) for entity in gold)
                assert len(set(gold)) == len(gold)
                assert example.document.words
            elif corpus.task == "multilabel":
                assert gold == tuple(sorted(set(gold)))
            elif corpus.task == "mcqa":
                assert gold == tuple(sorted(set(gold)))
                assert set(gold) <= set(example.document.letters)
                assert len(gold) == 1 or (gold and not example.document.single)
            elif corpus.task == "similarity":
                assert isinstance(gold, float)
                assert example.document.second
            else:
                assert isinstance(gold, str)


@pytest.mark.parametrize("name", corpora([name for name in NAMES if registry.corpora()[name].task == "ner_token"]))
def test_token_gold_survives_its_tags(name: str, load: Load) -> None:
    corpus = load(name)
    for split in SPLITS:
        for example in corpus.split(split):
            tags, lost = spans_to_tags(example.document.words, example.gold)
            again = tags_to_spans(example.document.words, tags)
            assert not lost
            assert sorted(tagged.entity for tagged in again) == sorted(example.gold)


@pytest.mark.parametrize("name", corpora(NAMES))
def test_loading_twice_gives_the_same_content(name: str, load: Load, request: pytest.FixtureRequest) -> None:
    assert fingerprint_corpus(load_corpus(name, data_dir=where(name, request))) == fingerprint_corpus(load(name))


@pytest.mark.parametrize("name", corpora(NAMES))
def test_every_label_of_the_card_can_be_learned(name: str, load: Load) -> None:
    """Or is published, where there is nothing to learn from; a corpus of numbers has none."""
    corpus = load(name)
    assert training_labels(corpus) == corpus.card.labels
    assert corpus.card.labels or corpus.task == "similarity"


@pytest.mark.parametrize("name", corpora([name for name in NAMES if card_of(name).labels_from_train]))
def test_labels_of_a_derived_set_come_from_train_alone_and_other_gold_is_lost(name: str, load: Load) -> None:
    corpus = load(name)
    assert gold_labels(corpus, ("train",)) == corpus.card.labels
    for split in SPLITS:
        assert not {lost.label for lost in corpus.lost[split]} & set(corpus.card.labels)


@pytest.mark.parametrize("name", corpora(NAMES))
def test_only_a_corpus_that_says_so_has_nothing_to_learn_from(name: str, load: Load) -> None:
    corpus = load(name)
    assert (not corpus.train and not corpus.dev) == corpus.card.test_only
    assert corpus.test


@pytest.mark.parametrize("name", corpora(NAMES))
def test_the_fingerprint_sees_one_changed_document(name: str, load: Load) -> None:
    corpus = load(name)
    last = corpus.test[-1]
    changed = replace(last, document=replace(last.document, text=last.document.text + "."))
    assert fingerprint_corpus(replace(corpus, test=(*corpus.test[:-1], changed))) != fingerprint_corpus(corpus)


@pytest.mark.parametrize("name", NAMES)
def test_an_option_that_a_corpus_does_not_have_is_refused_by_name(name: str) -> None:
    with pytest.raises(ConfigError, match=rf"dataset_args\.corsest: the corpus '{name}' has no such option"):
        check_options(name, {"corsest": True})


@pytest.mark.parametrize("name", SHIPPED_NAMES)
def test_shipped_corpora_need_no_data_directory(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("TABIB_DATA", raising=False)
    monkeypatch.delenv("SCRATCH", raising=False)
    monkeypatch.chdir(tmp_path)
    assert load_corpus(name).train
    assert (SHIPPED / name).is_dir()


@pytest.mark.parametrize("name", SHIPPED_NAMES)
def test_no_shipped_text_nearly_repeats_one_of_another_split(name: str, load: Load) -> None:
    assert check_corpus(load(name)).near_duplicates == {}


class TestQuaero:
    """The counts of the corpora page."""

    pytestmark = pytest.mark.corpora

    @pytest.mark.parametrize(
        ("name", "annotations"), [("emea", (2695, 2260, 2204)), ("medline", (2994, 2977, 3103))]
    )
    def test_every_published_annotation_is_kept_or_lost_as_a_duplicate(
        self, name: str, annotations: tuple[int, ...], load: Load
    ) -> None:
        corpus = load(name)
        lost = [lost for split in SPLITS for lost in corpus.lost[split]]
        assert {one.reason for one in lost} == {LossReason.DUPLICATE}
        assert (
            tuple(
                sum(len(example.gold) for example in corpus.split(split)) + len(corpus.lost[split])
                for split in SPLITS
            )
            == annotations
        )

    @pytest.mark.parametrize(
        ("name", "documents", "duplicates"),
        [("emea", (11, 12, 15), (0, 0, 4)), ("medline", (833, 832, 833), (1, 0, 4))],
    )
    def test_documents_and_duplicates(
        self, name: str, documents: tuple[int, ...], duplicates: tuple[int, ...], load: Load
    ) -> None:
        corpus = load(name)
        assert tuple(len(corpus.split(split)) for split in SPLITS) == documents
        assert tuple(len(corpus.lost[split]) for split in SPLITS) == duplicates

    @pytest.mark.parametrize(("name", "discontinuous"), [("emea", (27, 15, 42)), ("medline", (13, 21, 23))])
    def test_discontinuous_annotations_are_kept(
        self, name: str, discontinuous: tuple[int, ...], load: Load
    ) -> None:
        corpus = load(name)
        assert (
            tuple(
                sum(entity.discontinuous for example in corpus.split(split) for entity in example.gold)
                + sum(lost.entity is not None and lost.entity.discontinuous for lost in corpus.lost[split])
                for split in SPLITS
            )
            == discontinuous
        )

    @pytest.mark.parametrize(("name", "nested"), [("emea", (377, 364, 401)), ("medline", (809, 754, 814))])
    def test_nested_annotations_are_kept(self, name: str, nested: tuple[int, ...], load: Load) -> None:
        """MEDLINE's 809, 754 and 814 are stated elsewhere as 807, 753 and 814: that count took the fragments in
        the file's order, so that an entity whose second fragment stands first ended too early (next test)."""
        report = check_corpus(load(name))
        assert tuple(report.splits[split].nested for split in SPLITS) == nested

    @pytest.mark.parametrize(("part", "nested"), [("EMEA", (377, 364, 401)), ("MEDLINE", (807, 753, 814))])
    def test_nested_annotations_with_fragments_in_the_order_of_the_file(
        self, part: str, nested: tuple[int, ...], real_corpora: Path
    ) -> None:
        counts = []
        for split in SPLITS:
            count = 0
            for path in (real_corpora / "quaero" / "corpus" / split / part).glob("*.ann"):
                types = {line.split("\t")[1] for line in path.read_text().split("\n") if line.startswith("T")}
                ends = [(int(type_.split()[1]), int(type_.split()[-1])) for type_ in types]
                count += sum(
                    any(j != i and other[0] <= one[0] and one[1] <= other[1] for j, other in enumerate(ends))
                    for i, one in enumerate(ends)
                )
            counts.append(count)
        assert tuple(counts) == nested

    @pytest.mark.parametrize("name", ["quaero_emea_token", "quaero_medline_token"])
    def test_the_token_version_conserves_the_gold_of_the_span_version(self, name: str, load: Load) -> None:
        token, span = load(name), load(name.split("_")[1])
        for split in SPLITS:
            gold = {example.id: example.gold for example in span.split(split)}
            for example in token.split(split):
                lost = [one for one in token.lost[split] if one.document_id == example.id]
                doubles = sum(one.reason is LossReason.DUPLICATE for one in lost)
                assert len(example.gold) + len(lost) == len(gold[example.id]) + doubles

    @pytest.mark.parametrize("name", QUAERO)
    def test_words_leave_no_visible_sign_out(self, name: str, load: Load) -> None:
        assert all(example.document.words == split_words(example.document.text) for example in load(name).test)

    @pytest.mark.parametrize("name", ["emea", "quaero_emea_token"])
    def test_the_parts_of_a_leaflet_are_one_group(self, name: str, load: Load) -> None:
        groups = {example.id: example.document.group for example in load(name).train}
        assert (groups["345_1"], groups["345_3"], groups["318"]) == ("345", "345", "318")

    def test_the_coarsest_granularity_is_a_switch_for_the_span_version(self, load: Load) -> None:
        """The entities inside another one go, and only they (counted against the definition)."""
        fine, coarse = load("medline"), load("medline", coarsest=True)
        assert sum(len(example.gold) for example in coarse.test) < sum(len(example.gold) for example in fine.test)
        for example in coarse.test:
            covered = [{i for start, end in one.spans for i in range(start, end)} for one in example.gold]
            assert not any(
                one <= other for i, one in enumerate(covered) for j, other in enumerate(covered) if i != j
            )
        reasons = {lost.reason for lost in coarse.lost["test"]}
        assert reasons == {LossReason.DUPLICATE, LossReason.NESTED}

    def test_the_text_that_dev_and_test_share_is_noted(self, load: Load) -> None:
        assert load("medline").notes == ("one text of dev is also a text of test, with another identifier",)


@pytest.mark.corpora
def test_morfitt_has_its_published_size_and_keeps_the_leading_space(load: Load) -> None:
    corpus = load("morfitt")
    assert tuple(len(corpus.split(split)) for split in SPLITS) == (1514, 1022, 1088)
    assert len(corpus.card.labels) == 12
    assert all(example.document.text.startswith(" ") for example in corpus.train)
    assert corpus.notes == ("one abstract of dev is also an abstract of test",)


@pytest.mark.corpora
class TestDoctorPatientQuestions:
    def test_dev_is_split_off_train_and_said_so(self, load: Load) -> None:
        corpus = load("doctor_patient_questions_fr")
        assert len(corpus.train) + len(corpus.dev) == 2616
        assert len(corpus.test) == 654
        assert "262 questions were split off train" in corpus.notes[0]

    def test_dev_has_the_proportions_of_train(self, load: Load) -> None:
        corpus = load("doctor_patient_questions_fr")
        shares = [
            sum(example.gold == "1" for example in corpus.split(split)) / len(corpus.split(split))
            for split in ("train", "dev")
        ]
        assert shares[0] == pytest.approx(shares[1], abs=0.005)

    def test_the_fraction_and_the_seed_can_be_chosen(self, load: Load) -> None:
        name = "doctor_patient_questions_fr"
        larger, other = load(name, dev_fraction=0.2), load(name, split_seed=1)
        assert len(larger.dev) == pytest.approx(0.2 * 2616, abs=2)
        assert {one.id for one in other.dev} != {one.id for one in load(name).dev}
        assert larger.test == other.test


@pytest.mark.parametrize("name", ["mini_ner_fr", "mini_ner_en"])
def test_shipped_span_corpora_have_what_makes_the_task_hard(name: str, load: Load) -> None:
    """Nested and discontinuous entities, one span with two labels, and entities of test unseen in train."""
    corpus = load(name)
    for split in SPLITS:
        report = check_corpus(corpus).splits[split]
        assert report.nested > 0
        assert report.discontinuous > 0
    spans = [(*entity.spans, example.id) for example in corpus.test for entity in example.gold]
    assert len(set(spans)) < len(spans)

    def forms(split: str) -> set[str]:
        return {
            entity.text(example.document.text).lower()
            for example in corpus.split(split)  # type: ignore[arg-type]
            for entity in example.gold
        }

    unseen = forms("test") - forms("train")
    assert len(unseen) > 0.3 * len(forms("test"))


def test_shipped_topics_have_a_long_tail(load: Load) -> None:
    support = check_corpus(load("mini_topics_fr")).splits["train"].support
    assert max(support.values()) > 8 * min(support.values()) > 0
