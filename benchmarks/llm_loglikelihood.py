"""Log-likelihoods of answers: equal to lm-eval's, and how much sooner they are there.

The questions of FrenchMedMCQA, with the prompt of this project; as answers the letters, or the texts of
the options. The model is a random Llama that is made on the spot (BPE of the questions themselves, 8,000 tokens, 4
layers of 256), float32 on the CPU, one thread. lm-eval gets the same strings, and each of several batch sizes in
turn; its fastest counts. Where lm-eval is not installed, this project alone is timed.

    python benchmarks/llm_loglikelihood.py $TABIB_DATA [--questions 200] [--shots 0 3]

Each line: the answers, the number of examples in the prompt, the largest difference in nats, and CPU seconds.
"""

from __future__ import annotations

import argparse
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from tabib.data.load import load_corpus
from tabib.models.decoders.asking import Asker
from tabib.models.decoders.backends.render import render
from tabib.models.decoders.backends.transformers import TransformersBackend
from tabib.models.decoders.base import Request
from tabib.models.decoders.prompts import Prompting, prompt
from tabib.models.decoders.shots import draw_shots

BATCHES = (1, 8, 32)


def make_tokenizer(texts: list[str]) -> Any:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=8000,
        special_tokens=["<pad>", "<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    )


def make_model(size: int) -> Any:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=size,
        hidden_size=256,
        num_hidden_layers=4,
        num_attention_heads=4,
        intermediate_size=1024,
        max_position_embeddings=8192,
        initializer_range=0.05,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
    )
    return LlamaForCausalLM(config).eval()


def ours(backend: TransformersBackend, requests: list[Request]) -> tuple[list[float], float]:
    began = time.process_time()
    found = dict(backend.complete(requests))
    spent = time.process_time() - began
    return [score.log_likelihood for i in range(len(requests)) for score in found[i].choices], spent


def theirs(model: Any, tokenizer: Any, pairs: list[tuple[str, str]], batch: int) -> tuple[list[float], float]:
    from lm_eval.api.instance import Instance
    from lm_eval.models.huggingface import HFLM

    lm = HFLM(pretrained=model, tokenizer=tokenizer, batch_size=batch, device="cpu", max_length=8192)
    asked = [Instance("loglikelihood", {}, pair, index) for index, pair in enumerate(pairs)]
    began = time.process_time()
    found = lm.loglikelihood(asked, disable_tqdm=True)
    return [value for value, _ in found], time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--shots", type=int, nargs="+", default=[0, 3])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    corpus = load_corpus("frenchmedmcqa", data_dir=arguments.data)
    questions = [example.document for example in corpus.test][: arguments.questions]
    tokenizer = make_tokenizer(
        [" ".join((example.document.text, *example.document.options)) for example in corpus.train]
    )
    model = make_model(len(tokenizer))
    backend = TransformersBackend(model, tokenizer, {})
    for shots in arguments.shots:
        examples = draw_shots(corpus.train, shots, seed=42)
        for continuation in ("letter", "text"):
            asker = Asker("mcqa", (), Prompting(), "loglikelihood", examples, continuation=continuation)
            requests = [
                Request(document.id, prompt("mcqa", document, (), examples), asker.continuations(document))
                for document in questions
            ]
            values, spent = ours(backend, requests)
            line = f"{continuation:6}  {shots} shots  {len(values)} answers  tabib {spent:7.2f} s"
            if find_spec("lm_eval"):
                rendered = [render(tokenizer, request.messages) for request in requests]
                pairs = [
                    (text.text, text.continued(choice))
                    for text, request in zip(rendered, requests, strict=True)
                    for choice in request.choices
                ]
                runs = {batch: theirs(model, tokenizer, pairs, batch) for batch in BATCHES}
                fastest = min(runs, key=lambda batch: runs[batch][1])
                expected, slower = runs[fastest]
                apart = max(abs(a - b) for a, b in zip(values, expected, strict=True))
                each = ", ".join(f"{batch}: {spent:.2f}" for batch, (_, spent) in runs.items())
                line += f"  lm-eval {slower:7.2f} s (batch {each})  {slower / spent:.1f} times"
                line += f"  largest difference {apart:.1e}"
                assert apart < 1e-4, "log-likelihoods differ"
            print(line, flush=True)


if __name__ == "__main__":
    main()
