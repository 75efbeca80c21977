"""A stack of bidirectional LSTMs with gated residuals, over sequences of unequal length."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

_CLOSED_GATE = -2.0  # at first each layer passes on most of its input


class GatedBiLstm(nn.Module):
    """BiLSTM layers, each mixed with its input by a learned gate per word.

    h₀ = W x,  hₖ = LayerNorm((1 - g) · hₖ₋₁ + g · oₖ),  oₖ = dropout(BiLSTMₖ(hₖ₋₁)),  g = sigmoid(w · oₖ + b)

    The gates begin nearly closed, so that the word vectors reach what reads this module from the first step on:
    a stack without that way around it learns much more slowly. Works on packed sequences: padding is neither
    computed nor able to reach the backward direction.

    Args:
        input_size: size of the word vectors.
        hidden_size: size of the output, both directions together; even.
        n_layers: LSTM layers; none makes this the identity.
        dropout: on the output of every layer; without layers, on the word vectors.

    Reference: the LSTM contextualiser of nlstruct (Wajsbürt 2021), sigmoid gate with projection; there, the
    gate of the recipe mixes with zeros, and its variant with a residual is the one that is meant.
    """

    def __init__(self, input_size: int, hidden_size: int, n_layers: int, dropout: float) -> None:
        super().__init__()
        assert hidden_size % 2 == 0
        self.output_size = hidden_size if n_layers else input_size
        self.projection = nn.Linear(input_size, hidden_size) if n_layers else nn.Identity()
        self.layers = nn.ModuleList(
            nn.LSTM(hidden_size, hidden_size // 2, bidirectional=True, batch_first=True) for _ in range(n_layers)
        )
        self.gates = nn.ModuleList(nn.Linear(hidden_size, 1) for _ in range(n_layers))
        self.norms = nn.ModuleList(nn.LayerNorm(hidden_size) for _ in range(n_layers))
        self.dropout = nn.Dropout(dropout)
        for gate in self.gates:
            nn.init.constant_(gate.get_parameter("bias"), _CLOSED_GATE)

    def forward(self, words_BWH: Tensor, lengths: Sequence[int]) -> Tensor:
        """(B, W, H) → (B, W, ``output_size``), zero in the padding; ``lengths`` are words per row, at least 1."""
        if not self.layers:
            dropped_BWH: Tensor = self.dropout(words_BWH)
            return dropped_BWH
        # The lengths stay on the CPU, where packing wants them.
        packed: PackedSequence = pack_padded_sequence(
            words_BWH, torch.tensor(lengths), batch_first=True, enforce_sorted=False
        )
        packed = packed._replace(data=self.projection(packed.data))
        for lstm, gate, norm in zip(self.layers, self.gates, self.norms, strict=True):
            output = self.dropout(lstm(packed)[0].data)
            share = gate(output).sigmoid()
            packed = packed._replace(data=norm(packed.data.lerp(output, share)))
        padded_BWH, _ = pad_packed_sequence(packed, batch_first=True, total_length=words_BWH.shape[1])
        return padded_BWH
