"""Span NER: entities of any labels, nested ones too, from a tagger per label and a scorer of spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from tabib.config.options import SpanNerOptions
from tabib.core.errors import ConfigError
from tabib.core.examples import Document, LossReason, Lost
from tabib.core.predictions import NerPrediction, ScoredEntity
from tabib.core.spans import Entity, Span
from tabib.models.backbone import Backbone
from tabib.models.heads import crf
from tabib.models.heads.base import Head
from tabib.models.heads.lstm import GatedBiLstm
from tabib.models.heads.span_decode import SpanPiece, candidates, merge, merge_outside, select
from tabib.models.heads.span_encode import SpanRow, WordSpan, align, flat
from tabib.models.heads.span_scorer import (
    NEVER,
    SpanScorer,
    inverse_log_sigmoid,
    tagger_log_probability,
    within,
)
from tabib.models.stretches import stretches, words_of
from tabib.models.trainable import Batch, Encoded, Output
from tabib.models.windows import Window, WordTokens, cut, special_tokens, tokenize_documents

_OUTSIDE_BIAS = 3.0  # most words are in no entity: the tagger need not learn that first
_SPAN_BIAS = -5.0  # the same for spans, where no tagger says it


@dataclass(slots=True)
class SpanLogits:
    """``band`` (B, L, W, S): total logits of spans, ``NEVER`` where there is none. ``emissions`` (B, L, W, G):
    the tagger's scores, None without a tagger. ``mask`` (B, W): True for words. ``outside`` (B, W): the
    probability that no entity of any label covers the word, None without a tagger, undefined in padding."""

    band: Tensor
    emissions: Tensor | None
    mask: Tensor
    outside: Tensor | None = None


class SpanNer(Head):
    """Encoder → mean of each word's sub-tokens → gated BiLSTM → a CRF per label, and a span scorer.

    The CRF's posterior gives each span a log-probability t; its logit t - log(1 - e^t), detached, is added to
    the span scorer's logit, so that the scorer learns what the tagger cannot say. With Y the gold spans and y_l
    the path of label l,

    loss = (Σ_l -log P_CRF(y_l) + Σ_{(l,i,j) in band} BCE(logit_lij, [(l,i,j) in Y])) / words

    Both sums weigh the same, as in nlstruct. Reference: Wajsbürt 2021, ``percevalw/nlstruct``.
    """

    def __init__(self, backbone: Backbone, task: str, labels: Sequence[str], options: SpanNerOptions) -> None:
        super().__init__(backbone, task, labels, options)
        n_layers = int(backbone.encoder.config.num_hidden_layers)
        if options.layer_mix > n_layers:
            raise ConfigError(f"layer_mix: {options.layer_mix} layers asked for, but the encoder has {n_layers}")
        self.before, self.after = special_tokens(backbone.tokenizer)
        self.capacity = backbone.max_length - len(self.before) - len(self.after)
        n_labels = len(self.labels)
        self.layer_weights = nn.Parameter(torch.zeros(options.layer_mix)) if options.layer_mix > 1 else None
        self.lstm = GatedBiLstm(
            backbone.hidden_size, options.lstm_hidden_size, options.lstm_layers, options.dropout
        )
        size = self.lstm.output_size
        self.tagger = nn.Linear(size, n_labels * crf.N_TAGS) if options.use_crf else None
        if self.tagger is not None:
            with torch.no_grad():
                self.tagger.bias.view(n_labels, crf.N_TAGS)[:, crf.O] += _OUTSIDE_BIAS
        self.scorer = SpanScorer(
            size, n_labels, options.biaffine_size, bias=0.0 if options.use_crf else _SPAN_BIAS
        )

    @classmethod
    def options_type(cls) -> type:
        return SpanNerOptions

    # Rows ------------------------------------------------------------------------------------------------

    def encode(self, documents: Sequence[Document], gold: Sequence[Any] | None = None) -> Encoded:
        words = [words_of(document) for document in documents]
        tokens = tokenize_documents(self.backbone.tokenizer, [document.text for document in documents], words)
        encoded = Encoded([])
        label_index = {label: index for index, label in enumerate(self.labels)}
        for number, document in enumerate(documents):
            rows = self._rows(number, document.text, words[number], tokens[number])
            encoded.features.extend(rows)
            if gold is not None:
                spans, lost = align(
                    gold[number], words[number], label_index, self.options.max_span_length, document.id
                )
                encoded.lost.extend(lost)
                encoded.lost.extend(_place(spans, rows, document.id))
        return encoded

    def _rows(self, number: int, text: str, words: Sequence[Span], tokens: WordTokens) -> list[SpanRow]:
        lengths = tokens.lengths()
        rows = []
        for begin, end in stretches(text, words, self.options.unit, self.options.row_words):
            for window in cut(lengths[begin:end], self.capacity, self.options.stride):
                row = tokens.row(Window(begin + window.first, begin + window.last), self.capacity)
                offset = len(self.before)
                rows.append(
                    SpanRow(
                        document=number,
                        input_ids=[*self.before, *row.ids, *self.after],
                        first=begin + window.first,
                        last=begin + window.last,
                        token_firsts=[token + offset for token in row.firsts],
                        token_lasts=[token + offset for token in row.lasts],
                        cut_left=window.first > 0,
                        cut_right=begin + window.last < end,
                    )
                )
        return rows

    def collate(self, features: Sequence[SpanRow]) -> Batch:
        input_ids_BT, attention_mask_BT = self.backbone.pad([row.input_ids for row in features])
        n_words, n_tokens = max(row.n_words for row in features), input_ids_BT.shape[1]
        positions: list[int] = []
        owners: list[int] = []
        for index, row in enumerate(features):
            for word, (first, last) in enumerate(zip(row.token_firsts, row.token_lasts, strict=True)):
                positions.extend(range(index * n_tokens + first, index * n_tokens + last))
                owners.extend([index * n_words + word] * (last - first))
        lengths = [row.n_words for row in features]
        batch: Batch = {
            "input_ids": input_ids_BT,
            "attention_mask": attention_mask_BT,
            "positions": torch.tensor(positions),
            "owners": torch.tensor(owners),
            "lengths_B": torch.tensor(lengths),
            "lengths": lengths,
        }
        if all(row.spans is not None for row in features):
            batch["spans"], batch["tags_BLW"] = self._targets([row.spans or [] for row in features], n_words)
        return batch

    def _targets(self, spans: Sequence[Sequence[WordSpan]], n_words: int) -> tuple[Tensor, Tensor]:
        """Indices (4, n) of the gold spans in the band, and each label's path."""
        tags_BLW = torch.full((len(spans), len(self.labels), n_words), crf.O)
        index: list[list[int]] = []
        for row, row_spans in enumerate(spans):
            index.extend([row, label, first, last - first - 1] for first, last, label in row_spans)
            for first, last, label in flat(row_spans):
                tags_BLW[row, label, first:last] = crf.I
                tags_BLW[row, label, first] = crf.B
                tags_BLW[row, label, last - 1] = crf.L if last - first > 1 else crf.U
        return torch.tensor(index, dtype=torch.long).view(-1, 4).T.contiguous(), tags_BLW

    # Scores ----------------------------------------------------------------------------------------------

    def forward(self, batch: Batch) -> Output:
        lengths_B = batch["lengths_B"]
        words_BWH = self.lstm(self._pool(batch), batch["lengths"])
        n_words = words_BWH.shape[1]
        width = min(self.options.max_span_length, n_words)
        mask_BW = torch.arange(n_words, device=lengths_B.device) < lengths_B.unsqueeze(1)
        gold = "spans" in batch
        loss = words_BWH.new_zeros((), dtype=torch.float32)
        band_BLWS = self.scorer(words_BWH, width).float()
        emissions_BLWG = outside_BW = None
        if self.tagger is not None:
            emissions_BLWG = self.tagger(words_BWH).float().unflatten(-1, (-1, crf.N_TAGS)).transpose(1, 2)
            log_z, log_posterior = crf.log_partition(*self._folded(emissions_BLWG, mask_BW))
            if gold:
                tags = batch["tags_BLW"].flatten(0, 1)
                folded, folded_mask = self._folded(emissions_BLWG, mask_BW)
                loss = loss + (log_z - crf.path_score(folded, tags, folded_mask)).sum()
            log_posterior_BLWG = log_posterior.view_as(emissions_BLWG)
            band_BLWS = band_BLWS + inverse_log_sigmoid(tagger_log_probability(log_posterior_BLWG, width))
            # Each label has a chain of its own, independent of the others given the text.
            outside_BW = log_posterior_BLWG[..., crf.O].sum(1).exp()
        band_BLWS = band_BLWS.masked_fill(~within(lengths_B, n_words, width), NEVER)
        logits = SpanLogits(band_BLWS, emissions_BLWG, mask_BW, outside_BW)
        if not gold:
            return Output(None, logits)
        # BCE(x, y) = softplus(x) - y·x
        loss = loss + functional.softplus(band_BLWS).sum() - band_BLWS[tuple(batch["spans"])].sum()
        return Output(loss / sum(batch["lengths"]), logits)

    def loss_weight(self, features: Sequence[SpanRow]) -> float:
        """Words."""
        return float(sum(row.n_words for row in features))

    def _pool(self, batch: Batch) -> Tensor:
        """Mean (B, W, H) of each word's sub-tokens; zero in the padding."""
        mixed = self.layer_weights is not None
        layers = self.backbone(batch["input_ids"], batch["attention_mask"], all_layers=mixed)
        hidden_BTH = layers[-1]
        if self.layer_weights is not None:
            weights = self.layer_weights.softmax(0).unbind()
            hidden_BTH = sum(w * layer for w, layer in zip(weights, layers[-len(weights) :], strict=True))
        n_rows, n_words = len(hidden_BTH), max(batch["lengths"])
        sums = hidden_BTH.new_zeros((n_rows * n_words, hidden_BTH.shape[-1]))
        sums = sums.index_add(0, batch["owners"], hidden_BTH.flatten(0, 1)[batch["positions"]])
        counts = torch.bincount(batch["owners"], minlength=n_rows * n_words).clamp(min=1)
        return (sums / counts.unsqueeze(1)).unflatten(0, (n_rows, n_words))

    def _folded(self, emissions_BLWG: Tensor, mask_BW: Tensor) -> tuple[Tensor, Tensor]:
        """Labels folded into the batch: (B·L, W, G) and (B·L, W)."""
        mask_BLW = mask_BW.unsqueeze(1).expand(-1, len(self.labels), -1)
        return emissions_BLWG.flatten(0, 1), mask_BLW.flatten(0, 1)

    # Entities --------------------------------------------------------------------------------------------

    def decode(self, logits: SpanLogits, features: Sequence[SpanRow]) -> list[SpanPiece]:
        assert len(features) == len(logits.band)
        tags_BLW = None
        if logits.emissions is not None:
            tags = crf.viterbi(*self._folded(logits.emissions, logits.mask))
            tags_BLW = tags.view(logits.emissions.shape[:-1])
        found = candidates(logits.band, tags_BLW, self.options.threshold)
        if logits.outside is None:
            return [SpanPiece(row) for row in found]
        outside = logits.outside.float().cpu().numpy()
        return [
            SpanPiece(mine, outside[index, : row.n_words])
            for index, (mine, row) in enumerate(zip(found, features, strict=True))
        ]

    def assemble(
        self, document: Document, features: Sequence[SpanRow], pieces: Sequence[SpanPiece]
    ) -> NerPrediction:
        words = words_of(document)
        flat_task = self.task == "ner_token"
        chosen = select(
            merge(features, [piece.candidates for piece in pieces]),
            threshold=self.options.threshold,
            nested=self.options.nested_within_label and not flat_task,
            across_labels=flat_task,
        )
        return NerPrediction(
            document.id,
            tuple(
                ScoredEntity(Entity.of(self.labels[label], words[first][0], words[last - 1][1]), confidence)
                for first, last, label, confidence in chosen
            ),
            word_outside=merge_outside(features, pieces, len(words)) if document.words else (),
        )


def _place(spans: dict[WordSpan, Entity], rows: Sequence[SpanRow], document_id: str) -> list[Lost]:
    """Give each row the gold spans that lie in it; spans that lie in no row are lost."""
    placed: set[WordSpan] = set()
    for row in rows:
        inside = [span for span in spans if row.first <= span[0] and span[1] <= row.last]
        row.spans = [(first - row.first, last - row.first, label) for first, last, label in inside]
        placed.update(inside)
    return [
        Lost(document_id, entity.label, LossReason.BEYOND_WINDOW, entity)
        for span, entity in spans.items()
        if span not in placed
    ]
