"""Pairs of texts as rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from transformers import BertConfig, BertModel

from tabib.models.backbone import Backbone
from tabib.models.pairs import encode_pairs, pad_pairs


@pytest.fixture(scope="module")
def backbone(tiny_encoder: Path) -> Backbone:
    return Backbone.from_folder(tiny_encoder, max_length=16)


def pieces(backbone: Backbone, ids: list[int]) -> str:
    return "".join(backbone.tokenizer.convert_ids_to_tokens(ids)).replace("##", "")


def test_a_pair_is_joined_as_the_tokeniser_joins_it(backbone: Backbone) -> None:
    (pair,) = encode_pairs(backbone, ["toux"], ["fièvre"])
    assert pieces(backbone, pair.ids) == "[CLS]toux[SEP]fièvre[SEP]"
    assert pair.types == [0] * 6 + [1] * 7
    assert pair.whole == 13


@pytest.mark.parametrize(
    ("first", "second", "read"),
    [
        ("a" * 20, "bc", "[CLS]aaaaaaaaaaa[SEP]bc[SEP]"),
        ("ab", "c" * 20, "[CLS]ab[SEP]ccccccccccc[SEP]"),
        ("a" * 20, "b" * 20, "[CLS]aaaaaa[SEP]bbbbbbb[SEP]"),
    ],
)
def test_of_a_pair_that_is_too_long_the_longer_text_is_cut(
    backbone: Backbone, first: str, second: str, read: str
) -> None:
    (pair,) = encode_pairs(backbone, [first], [second])
    assert pieces(backbone, pair.ids) == read
    assert (len(pair.ids), len(pair.types)) == (16, 16)
    assert pair.whole == len(first) + len(second) + 3


def test_what_is_asked_can_be_kept_where_it_stands_at_the_end(backbone: Backbone) -> None:
    side = backbone.tokenizer.truncation_side
    pairs = encode_pairs(backbone, ["a" * 20 + "qui?", "qui?"], ["bc", "bc"], keep_end=True)
    assert pieces(backbone, pairs[0].ids) == "[CLS]aaaaaaaqui?[SEP]bc[SEP]"
    assert (len(pairs[0].types), pairs[0].whole) == (16, 29)
    assert pairs[1] == encode_pairs(backbone, ["qui?"], ["bc"])[0]
    assert backbone.tokenizer.truncation_side == side


def test_rows_do_not_depend_on_their_neighbours(backbone: Backbone) -> None:
    firsts, seconds = ["toux", "a" * 30, ""], ["sèche", "b", ""]
    together = encode_pairs(backbone, firsts, seconds)
    assert together == [
        encode_pairs(backbone, [first], [second])[0] for first, second in zip(firsts, seconds, strict=True)
    ]
    assert encode_pairs(backbone, [], []) == []


def test_the_limit_does_not_stay_with_the_tokeniser(backbone: Backbone) -> None:
    encode_pairs(backbone, ["a" * 30], ["b"])
    assert backbone.tokenizer.backend_tokenizer.truncation is None


def test_padding_is_masked_and_of_the_first_type(backbone: Backbone) -> None:
    pairs = encode_pairs(backbone, ["a", "toux"], ["b", "fièvre"])
    ids_BT, mask_BT, types_BT = pad_pairs(backbone, pairs)
    assert types_BT is not None
    assert ids_BT.shape == mask_BT.shape == types_BT.shape == (2, 13)
    assert mask_BT.sum(-1).tolist() == [5, 13]
    assert types_BT[0].tolist() == [0, 0, 0, 1, 1] + [0] * 8


def test_an_encoder_that_does_not_tell_texts_apart_gets_no_types(backbone: Backbone) -> None:
    config = BertConfig(**{**backbone.encoder.config.to_dict(), "type_vocab_size": 1})
    one_type = Backbone(BertModel(config), backbone.tokenizer, 16)
    pairs = encode_pairs(one_type, ["a"], ["b"])
    assert pairs[0].types == []
    assert pad_pairs(one_type, pairs)[2] is None


def test_types_reach_the_encoder(backbone: Backbone) -> None:
    ids_BT, mask_BT, types_BT = pad_pairs(backbone, encode_pairs(backbone, ["toux"], ["fièvre"]))
    (with_types,) = backbone.eval()(ids_BT, mask_BT, types_BT)
    (without,) = backbone(ids_BT, mask_BT)
    assert not with_types.allclose(without)
