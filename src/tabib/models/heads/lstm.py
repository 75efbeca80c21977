"""A stack of bidirectional LSTMs with gated residuals, over sequences of unequal length."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence


class GatedBiLstm(nn.Module):
    """BiLSTM layers; from the second on, each is mixed with its input by a learned gate per word.

    h' = LayerNorm((1 - g) · h + g · dropout(BiLSTM(h))),  g = sigmoid(w · BiLSTM(h) + b)

    The first layer changes the size, so that it has no residual. Works on packed sequences: padding is neither
    computed nor able to reach the backward direction.

    Args:
        input_size: size of the word vectors.
        hidden_size: size of the output, both directions together; even.
        n_layers: LSTM layers; none makes this the identity.
        dropout: on the output of every layer.

    Reference: the LSTM contextualiser of nlstruct (Wajsbürt 2021), sigmoid gate with projection.
    """

    def __init__(self, input_size: int, hidden_size: int, n_layers: int, dropout: float) -> None:
        super().__init__()
        assert hidden_size % 2 == 0
        self.output_size = hidden_size if n_layers else input_size
        sizes = [input_size, *[hidden_size] * (n_layers - 1)][:n_layers]
        self.layers = nn.ModuleList(
            nn.LSTM(size, hidden_size // 2, bidirectional=True, batch_first=True) for size in sizes
        )
        self.gates = nn.ModuleList(nn.Linear(hidden_size, 1) for _ in sizes[1:])
        self.norms = nn.ModuleList(nn.LayerNorm(hidden_size) for _ in sizes[1:])
        self.dropout = nn.Dropout(dropout)

    def forward(self, words_BWH: Tensor, lengths: Sequence[int]) -> Tensor:
        """(B, W, H) → (B, W, ``output_size``), zero in the padding; ``lengths`` are words per row, at least 1."""
        if not self.layers:
            return words_BWH
        # The lengths stay on the CPU, where packing wants them.
        packed: PackedSequence = pack_padded_sequence(
            words_BWH, torch.tensor(lengths), batch_first=True, enforce_sorted=False
        )
        packed, _ = self.layers[0](packed)
        packed = packed._replace(data=self.dropout(packed.data))
        for lstm, gate, norm in zip(self.layers[1:], self.gates, self.norms, strict=True):
            output = self.dropout(lstm(packed)[0].data)
            share = gate(output).sigmoid()
            packed = packed._replace(data=norm(packed.data.lerp(output, share)))
        padded_BWH, _ = pad_packed_sequence(packed, batch_first=True, total_length=words_BWH.shape[1])
        return padded_BWH
