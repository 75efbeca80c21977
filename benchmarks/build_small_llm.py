"""Builds a small causal language model on this machine, for measurements where none can be downloaded.

    python benchmarks/build_small_llm.py small-llm --tokens 3000000 --data-dir CORPORA emea medline morfitt ...

A Llama of 2.1 million parameters with a byte-level BPE vocabulary of 4,096, trained from random weights on the
TRAIN texts of the corpora that are named, and on nothing else. It knows French words and little more: it is there
to show that language models go the whole way through tabib, not to be good. The same arguments on the same machine
give the same weights.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from transformers.utils.logging import disable_progress_bar

from tabib.data.load import load_corpus

VOCABULARY, WIDTH, BATCH = 4096, 256, 16
BEGIN, END, PADDING = "<s>", "</s>", "<pad>"


def texts(corpora: list[str], data_dir: Path | None) -> list[str]:
    """What the train documents say: text, the pair's other text, options."""
    found = []
    for name in corpora:
        for example in load_corpus(name, data_dir=None if data_dir is None else str(data_dir)).train:
            document = example.document
            lines = [document.text, document.second]
            lines += [f"{letter}. {text}" for letter, text in zip(document.letters, document.options, strict=True)]
            found.append("\n".join(line for line in lines if line))
    return found


def train_tokenizer(lines: list[str]) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[PADDING, BEGIN, END],
        initial_alphabet=sorted(alphabet),
        show_progress=False,
    )
    tokenizer.train_from_iterator(lines, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=PADDING, bos_token=BEGIN, eos_token=END, model_max_length=2048
    )


def make_model() -> LlamaForCausalLM:
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=VOCABULARY,
            hidden_size=192,
            num_hidden_layers=3,
            num_attention_heads=6,
            num_key_value_heads=6,
            intermediate_size=512,
            max_position_embeddings=2048,
            tie_word_embeddings=True,
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=2,
        )
    )


def blocks(ids: list[list[int]], seed: int) -> Iterator[torch.Tensor]:
    """Batches (BATCH, WIDTH) of the texts one after the other, in a new order each time round."""
    order = random.Random(seed)
    stream: list[int] = []
    while True:
        order.shuffle(ids)
        for row in ids:
            stream += [1, *row, 2]
            while len(stream) >= BATCH * WIDTH:
                yield torch.tensor(stream[: BATCH * WIDTH]).view(BATCH, WIDTH)
                stream = stream[BATCH * WIDTH :]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("corpora", nargs="+")
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--tokens", type=int, default=3_000_000)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    lines = texts(given.corpora, given.data_dir)
    tokenizer = train_tokenizer(lines)
    ids = tokenizer(lines, add_special_tokens=False, verbose=False)["input_ids"]
    model = make_model()
    steps = max(1, given.tokens // (BATCH * WIDTH))
    print(
        f"{len(lines):,} texts, {sum(map(len, ids)):,} tokens;"
        f" {sum(p.numel() for p in model.parameters()):,} parameters, {steps:,} steps"
    )
    optimiser = torch.optim.AdamW(model.parameters(), lr=given.learning_rate, weight_decay=0.1, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, given.learning_rate, total_steps=steps, pct_start=0.05
    )
    began = time.perf_counter()
    for step, ids_BT in zip(range(1, steps + 1), blocks(ids, given.seed), strict=False):
        loss = model(input_ids=ids_BT, labels=ids_BT).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        if step % 50 == 0 or step == steps:
            speed = step * BATCH * WIDTH / (time.perf_counter() - began)
            print(f"step {step}/{steps}, loss {loss.item():.3f}, {speed:,.0f} tokens/s", flush=True)
    disable_progress_bar()
    model.save_pretrained(given.folder)
    tokenizer.save_pretrained(given.folder)


if __name__ == "__main__":
    main()
