"""Flat entities from tags: which words are learnt where, what is lost, how sure an entity is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tabib.config.options import TokenNerOptions
from tabib.core.errors import ModelError
from tabib.core.examples import Document, LossReason
from tabib.core.predictions import Status
from tabib.core.spans import Entity, split_words
from tabib.models.backbone import Backbone
from tabib.models.heads.token_ner import TokenNer, TokenPiece, TokenRow

TEXT = "cancer du sein, toux"
DOCUMENT = Document("d", TEXT, split_words(TEXT))


def make(folder: Path, task: str = "ner_token", max_length: int = 64, **options: Any) -> TokenNer:
    torch.manual_seed(0)
    backbone = Backbone.from_folder(folder, max_length=max_length)
    return TokenNer(backbone, task, ("ANAT", "DISO"), TokenNerOptions(**options)).eval()


def predicted(head: TokenNer, tags: list[str], confidences: list[float], document: Document = DOCUMENT) -> Any:
    row = TokenRow(0, [], words=list(range(len(tags))))
    piece = TokenPiece(
        np.array([head.tags.index(tag) for tag in tags]), np.array(confidences), 1 - np.array(confidences)
    )
    return head.assemble(document, [row], [piece])


def test_tags_are_outside_and_two_for_each_label(tiny_encoder: Path) -> None:
    assert make(tiny_encoder).tags == ("O", "B-ANAT", "I-ANAT", "B-DISO", "I-DISO")


def test_the_vocabulary_of_tags_is_saved_with_the_model_and_held_to(tiny_encoder: Path, tmp_path: Path) -> None:
    make(tiny_encoder).save(tmp_path)
    saved = json.loads((tmp_path / "tags.json").read_text(encoding="utf-8"))
    assert saved == {
        "tag2id": {"O": 0, "B-ANAT": 1, "I-ANAT": 2, "B-DISO": 3, "I-DISO": 4},
        "id2tag": {"0": "O", "1": "B-ANAT", "2": "I-ANAT", "3": "B-DISO", "4": "I-DISO"},
    }
    assert TokenNer.load(tmp_path).tags == ("O", "B-ANAT", "I-ANAT", "B-DISO", "I-DISO")
    saved["tag2id"] |= {"B-ANAT": 2, "I-ANAT": 1}
    (tmp_path / "tags.json").write_text(json.dumps(saved), encoding="utf-8")
    with pytest.raises(
        ModelError, match=r"tags\.json: expected the tags O, B-ANAT, I-ANAT, B-DISO, I-DISO, in this"
    ):
        TokenNer.load(tmp_path)


def test_a_model_from_before_tags_were_saved_is_read(tiny_encoder: Path, tmp_path: Path) -> None:
    make(tiny_encoder).save(tmp_path)
    (tmp_path / "tags.json").unlink()
    assert TokenNer.load(tmp_path).tags[0] == "O"


def test_each_word_has_the_tag_of_its_entity(tiny_encoder: Path) -> None:
    head = make(tiny_encoder)
    (row,) = head.encode([DOCUMENT], [(Entity.of("DISO", 0, 14), Entity.of("DISO", 16, 20))]).features
    assert [head.tags[index] for index in row.targets] == ["B-DISO", "I-DISO", "I-DISO", "O", "B-DISO"]


def test_nested_gold_is_brought_to_its_longest_entities(tiny_encoder: Path) -> None:
    head = make(tiny_encoder, task="ner_span")
    inner, outer = Entity.of("ANAT", 10, 14), Entity.of("DISO", 0, 14)
    encoded = head.encode([DOCUMENT], [(inner, outer)])
    assert [(item.entity, item.reason) for item in encoded.lost] == [(inner, LossReason.NESTED)]
    assert [head.tags[index] for index in encoded.features[0].targets][:3] == ["B-DISO", "I-DISO", "I-DISO"]


def test_what_tags_cannot_hold_is_listed(tiny_encoder: Path) -> None:
    head = make(tiny_encoder, task="ner_span")
    gapped = Entity("DISO", ((0, 6), (16, 20)))
    half = Entity.of("ANAT", 10, 12)
    lost = head.encode([DOCUMENT], [(gapped, half)]).lost
    assert {(item.entity, item.reason) for item in lost} == {
        (gapped, LossReason.DISCONTINUOUS),
        (half, LossReason.INSIDE_WORD),
    }


def test_each_word_is_learnt_once_from_its_first_sub_token(tiny_encoder: Path) -> None:
    head = make(tiny_encoder, max_length=16, stride=6)
    text = "ab cde " * 12
    document = Document("d", text, split_words(text))
    rows = head.encode([document], [()]).features
    assert len(rows) > 3
    assert sorted(word for row in rows for word in row.words) == list(range(24))
    for row in rows:
        assert row.length <= 16
        tokens = head.backbone.tokenizer.convert_ids_to_tokens(row.input_ids)
        expected = ["a" if word % 2 == 0 else "c" for word in row.words]
        assert [tokens[position] for position in row.positions] == expected


def test_an_entity_is_as_sure_as_its_least_sure_word(tiny_encoder: Path) -> None:
    tags = ["B-DISO", "I-DISO", "I-DISO", "O", "B-ANAT"]
    prediction = predicted(make(tiny_encoder), tags, [0.9, 0.6, 0.8, 1.0, 0.7])
    assert [(found.entity, found.confidence) for found in prediction.entities] == [
        (Entity.of("DISO", 0, 14), 0.6),
        (Entity.of("ANAT", 16, 20), 0.7),
    ]
    assert prediction.word_tags == tuple(tags)
    assert prediction.word_confidences == (0.9, 0.6, 0.8, 1.0, 0.7)
    assert prediction.word_outside == pytest.approx((0.1, 0.4, 0.2, 0.0, 0.3))


def test_the_probability_of_no_entity_is_that_of_the_tag_o(tiny_encoder: Path) -> None:
    head = make(tiny_encoder)
    (row,) = head.encode([DOCUMENT]).features
    with torch.no_grad():
        logits = head(head.collate([row])).logits
    (piece,) = head.decode(logits, [row])
    assert piece.outside == pytest.approx(logits.softmax(-1)[:, 0].numpy())
    (prediction,) = head.predict([DOCUMENT])
    assert prediction.word_outside == pytest.approx(piece.outside.tolist(), abs=1e-6)


def test_an_inside_tag_that_continues_nothing_is_no_entity(tiny_encoder: Path) -> None:
    prediction = predicted(make(tiny_encoder), ["I-DISO", "O", "B-DISO", "I-ANAT", "O"], [1.0] * 5)
    assert [found.entity for found in prediction.entities] == [Entity.of("DISO", 10, 14)]
    assert prediction.word_tags[0] == "I-DISO"


def test_a_text_without_words_of_its_own_is_split(tiny_encoder: Path) -> None:
    head = make(tiny_encoder)
    prediction = predicted(head, ["O", "O", "B-ANAT", "O", "O"], [1.0] * 5, Document("d", TEXT))
    assert [found.entity for found in prediction.entities] == [Entity.of("ANAT", 10, 14)]
    assert prediction.word_tags == prediction.word_outside == ()


def test_a_word_that_no_window_can_hold_is_read_in_part_and_said_so(tiny_encoder: Path) -> None:
    head = make(tiny_encoder, max_length=16)
    text = "toux " + "a" * 50 + " toux"
    (prediction,) = head.predict([Document("d", text, split_words(text))])
    assert prediction.status is Status.TRUNCATED
    assert len(prediction.word_tags) == 3


def test_the_loss_is_the_mean_over_words(tiny_encoder: Path) -> None:
    head = make(tiny_encoder)
    batch = head.collate(head.encode([DOCUMENT, Document("e", "toux", ((0, 4),))], [(), ()]).features)
    output = head(batch)
    by_word = -output.logits.log_softmax(-1)[:, 0]
    assert len(by_word) == 6
    assert output.loss.item() == pytest.approx(by_word.mean().item(), rel=1e-5)
