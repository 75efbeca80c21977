"""The gated BiLSTM: what it leaves untouched at first, and what it must not see."""

from __future__ import annotations

import torch

from tabib.models.heads.lstm import GatedBiLstm


def test_rows_do_not_see_padding_or_each_other() -> None:
    torch.manual_seed(0)
    lstm = GatedBiLstm(input_size=6, hidden_size=8, n_layers=3, dropout=0.4).eval()
    words = torch.randn(3, 7, 6)
    together = lstm(words, [2, 7, 5])
    for row, length in enumerate([2, 7, 5]):
        torch.testing.assert_close(together[row, :length], lstm(words[row : row + 1, :length], [length])[0])
        assert together[row, length:].eq(0).all()


def test_both_directions_are_read() -> None:
    torch.manual_seed(0)
    lstm = GatedBiLstm(input_size=6, hidden_size=8, n_layers=1, dropout=0.0)
    words = torch.randn(1, 5, 6, requires_grad=True)
    lstm(words, [5])[0, 2].square().sum().backward()
    assert words.grad is not None
    assert words.grad[0].any(dim=-1).tolist() == [True] * 5


def test_closed_gates_pass_the_projected_words_on() -> None:
    torch.manual_seed(0)
    lstm = GatedBiLstm(input_size=6, hidden_size=8, n_layers=2, dropout=0.0)
    for gate in lstm.gates:
        torch.nn.init.constant_(gate.get_parameter("bias"), -1e9)
    words = torch.randn(1, 5, 6)
    expected = torch.nn.functional.layer_norm(lstm.projection(words), (8,))
    torch.testing.assert_close(lstm(words, [5]), expected, rtol=1e-3, atol=1e-3)


def test_without_layers_there_is_only_dropout() -> None:
    lstm = GatedBiLstm(input_size=6, hidden_size=8, n_layers=0, dropout=0.5)
    words = torch.ones(1, 50, 6)
    assert lstm.output_size == 6
    assert set(lstm(words, [50]).unique().tolist()) == {0.0, 2.0}
    torch.testing.assert_close(lstm.eval()(words, [50]), words)
