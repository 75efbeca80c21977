"""Fixtures that many tests share: a tiny encoder made on the spot, the real corpora where they are, no network."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("OMP_NUM_THREADS", "1")

REAL_CORPORA = Path(os.environ.get("TABIB_TEST_CORPORA", Path(__file__).parents[2] / "shared" / "corpora"))


LOOPBACK = ("127.0.0.1", "::1", "localhost", "local")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever reaches beyond this machine fails: connections, datagrams, look-ups of names."""

    def guard(owner: Any, name: str, host_of: Callable[..., Any]) -> None:
        original = getattr(owner, name)

        def guarded(*arguments: Any, **options: Any) -> Any:
            host = host_of(*arguments)
            if host not in LOOPBACK:
                raise OSError(f"a test tried to reach {host}")
            return original(*arguments, **options)

        monkeypatch.setattr(owner, name, guarded)

    def address_of(_: socket.socket, *arguments: Any) -> Any:
        return arguments[-1][0] if isinstance(arguments[-1], tuple) else "local"

    for name in ("connect", "connect_ex", "sendto"):
        guard(socket.socket, name, address_of)
    guard(socket, "getaddrinfo", lambda host, *_: host or "local")


@pytest.fixture(autouse=True)
def no_trackers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have a key for a tracker, or a server of one: neither is meant here."""
    for name in [name for name in os.environ if name.startswith(("WANDB_", "MLFLOW_"))]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def real_corpora() -> Path:
    """The folder with the real corpora; the test is skipped where it is absent."""
    if not REAL_CORPORA.is_dir():
        pytest.skip(f"real corpora not found in {REAL_CORPORA} (set TABIB_TEST_CORPORA)")
    return REAL_CORPORA


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random 2-layer BERT (hidden size 32, 64 positions) and a tokeniser of single characters.

    Words are cut into one sub-token per character, so windows and pooling have something to do.
    """
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    letters = "abcdefghijklmnopqrstuvwxyzàâäçéèêëîïôöùûüœæąćęłńóśźż0123456789.,;:!?()[]/%'’\"-+=<>*&_"
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocabulary = [*special, *letters, *("##" + letter for letter in letters)]
    ids = {token: index for index, token in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]", max_input_chars_per_word=200))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])],
    )
    folder = tmp_path_factory.mktemp("tiny-encoder")
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    ).save_pretrained(folder)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        BertModel(
            BertConfig(
                vocab_size=len(vocabulary),
                hidden_size=32,
                num_hidden_layers=2,
                num_attention_heads=2,
                intermediate_size=64,
                max_position_embeddings=64,
            )
        ).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_llm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random 2-layer Llama (hidden size 32, 4096 positions) and a tokeniser of bytes, some merged.

    Some merges begin with a space, so that where a context ends and its continuation begins matters. It has no
    chat template, and adds no token by itself.
    """
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    special = ["<pad>", "<s>", "</s>"]
    merges = [("r", "e"), ("e", "s"), ("o", "n"), ("Ġ", "A"), ("Ġ", "o"), ("Ġo", "u"), ("Ġou", "i"), ("Ġ", "n")]
    pieces = [*special, *sorted(pre_tokenizers.ByteLevel.alphabet()), *("".join(pair) for pair in merges)]
    ids = {piece: index for index, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.BPE(ids, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    folder = tmp_path_factory.mktemp("tiny-llm")
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    ).save_pretrained(folder)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        LlamaForCausalLM(
            LlamaConfig(
                vocab_size=len(ids),
                hidden_size=32,
                num_hidden_layers=2,
                num_attention_heads=4,
                num_key_value_heads=2,
                intermediate_size=64,
                max_position_embeddings=4096,
                initializer_range=0.3,  # large enough that probabilities differ by more than rounding
                pad_token_id=0,
                bos_token_id=1,
                eos_token_id=2,
            )
        ).save_pretrained(folder)
    return folder
