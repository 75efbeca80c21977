"""Training adapters on the right answers: every task is learnt, the base stays, peft reads what was saved."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

from tabib.config.options import LoraOptions
from tabib.config.training import TrainingConfig
from tabib.core.errors import ConfigError, Interrupted, MissingExtraError, ModelError
from tabib.core.examples import Document, Example, LossReason
from tabib.core.predictions import Status
from tabib.core.spans import Entity
from tabib.models.build import set_seed
from tabib.models.decoders.lora.lora_sft import LoraSft
from tabib.tasks.load import get_task
from tabib.training.fit import fit

DISEASE, DRUG = "Disorder", "Chemical"
EXAMPLES: dict[str, tuple[tuple[str, ...], list[Example[Any]]]] = {
    "classification": (
        ("cœur", "rein"),
        [Example(Document("a", "souffle"), "cœur"), Example(Document("b", "dialyse"), "rein")],
    ),
    "multilabel": (
        ("cœur", "rein"),
        [
            Example(Document("a", "souffle"), ("cœur",)),
            Example(Document("b", "dialyse"), ("rein",)),
            Example(Document("c", "choc"), ("cœur", "rein")),
        ],
    ),
    "mcqa": (
        (),
        [
            Example(Document("a", "Quel ?", options=("x", "y"), single=True), ("B",)),
            Example(Document("b", "Lesquels ?", options=("x", "y", "z")), ("A", "C")),
        ],
    ),
    "similarity": (
        (),
        [
            Example(Document("a", "toux", second="toux"), 5.0),
            Example(Document("b", "toux", second="pied"), 0.0),
        ],
    ),
    "ner_span": (
        (DRUG, DISEASE),
        [
            Example(Document("a", "une toux"), (Entity.of(DISEASE, 4, 8),)),
            Example(Document("b", "du fer"), (Entity.of(DRUG, 3, 6),)),
            Example(Document("c", "rien"), ()),
        ],
    ),
}
QUICK: dict[str, Any] = {"r": 16, "lora_alpha": 32, "lora_dropout": 0.0, "max_tokens": 96}
FULL = ("embed_tokens", "lm_head")


def make(weights: Path, task: str, **options: Any) -> LoraSft:
    set_seed(3)
    labels = EXAMPLES[task][0]
    return LoraSft.build(task, labels, LoraOptions(**{**QUICK, **options}), weights=weights, seed=3)


def train(model: LoraSft, folder: Path, *, steps: int = 60, **training: Any) -> Any:
    examples = EXAMPLES[model.task][1]
    config = TrainingConfig(max_steps=steps, learning_rate=2e-2, weight_decay=0.0, **training)
    return fit(model, examples, [], config, task=get_task(model.task), seed=3, folder=folder)


def predicted(model: LoraSft) -> list[Any]:
    return model.predict([example.document for example in EXAMPLES[model.task][1]])


@pytest.mark.slow
@pytest.mark.parametrize("task", EXAMPLES)
def test_it_learns_its_examples_by_heart_and_where_to_stop(task: str, tiny_llm: Path, tmp_path: Path) -> None:
    model = make(tiny_llm, task, modules_to_save=FULL)
    report = train(model, tmp_path, steps=120)
    predictions = predicted(model)
    golds = [example.gold for example in EXAMPLES[task][1]]
    if task == "ner_span":
        assert [{found.entity for found in prediction.entities} for prediction in predictions] == list(
            map(set, golds)
        )
    else:
        name = {"classification": "label", "multilabel": "labels", "mcqa": "letters", "similarity": "value"}[task]
        assert [getattr(prediction, name) for prediction in predictions] == golds
    assert all(prediction.status is Status.OK for prediction in predictions)
    assert all("cut off" not in prediction.detail for prediction in predictions)  # it wrote an end
    assert report.train_tokens > 0
    assert 0 < report.trained_parameters < report.parameters


def test_only_adapters_change(tiny_llm: Path, tmp_path: Path) -> None:
    model = make(tiny_llm, "classification")
    before = {name: p.detach().clone() for name, p in model.named_parameters() if not p.requires_grad}
    report = train(model, tmp_path, steps=3)
    assert all(torch.equal(p, before[name]) for name, p in model.named_parameters() if name in before)
    assert all("lora_" in name for name in model.learnt())
    # By hand, for each of 2 layers of size 32 (keys and values 16, in between 64), rank 16:
    # q 64, k 48, v 48, o 64, gate 96, up 96, down 96 times 16.
    assert report.trained_parameters == 2 * 16 * (64 + 48 + 48 + 64 + 96 + 96 + 96)
    assert any(note.startswith(f"trains {report.trained_parameters:,} of ") for note in report.notes)


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")  # peft's
@pytest.mark.parametrize("method", ["lora", "dora"])
def test_peft_reads_the_adapters_without_us(method: str, tiny_llm: Path, tmp_path: Path) -> None:
    model = make(tiny_llm, "classification", method=method, merge=True)
    train(model, tmp_path / "run", steps=5)
    (tmp_path / "model").mkdir()
    model.save(tmp_path / "model")
    ids = torch.arange(3, 40)[None]
    ours = model.base.model(ids).logits
    base = AutoModelForCausalLM.from_pretrained(tiny_llm)
    assert not torch.allclose(ours, base(ids).logits, atol=1e-3)
    theirs = PeftModel.from_pretrained(base, tmp_path / "model" / "adapter").eval()
    torch.testing.assert_close(theirs(ids).logits, ours, atol=0, rtol=0)
    merged = AutoModelForCausalLM.from_pretrained(tmp_path / "model" / "merged")
    torch.testing.assert_close(merged(ids).logits, ours, atol=1e-4, rtol=1e-4)
    again = LoraSft.load(tmp_path / "model")
    assert predicted(again) == predicted(model)
    names = {path.name for path in (tmp_path / "model").rglob("*") if path.is_file()}
    assert {"adapter_config.json", "adapter_model.safetensors", "lora.json"} <= names
    assert not any(name.endswith((".bin", ".pt", ".pkl")) for name in names)


def four_bits(model: LoraSft) -> dict[str, Any]:
    from bitsandbytes.nn import Linear4bit

    return {name: module for name, module in model.base.model.named_modules() if isinstance(module, Linear4bit)}


def test_adapters_over_4_bit_weights_are_trained_and_read_again(tiny_llm: Path, tmp_path: Path) -> None:
    model = make(tiny_llm, "classification", method="qlora")
    assert len(four_bits(model)) == 14  # 7 layers in each of 2 blocks; the output layer stays whole
    weights = {name: module.weight.data.clone() for name, module in four_bits(model).items()}
    report = train(model, tmp_path / "run", steps=5)
    predicted(model)
    assert all(torch.equal(module.weight.data, weights[name]) for name, module in four_bits(model).items())
    assert report.trained_parameters == make(tiny_llm, "classification").parameter_counts()[0]
    assert report.parameters == make(tiny_llm, "classification").parameter_counts()[1]  # not half of them
    (tmp_path / "model").mkdir()
    model.save(tmp_path / "model")
    assert predicted(LoraSft.load(tmp_path / "model")) == predicted(model)


def test_a_training_that_was_stopped_goes_on_as_if_it_had_not(tiny_llm: Path, tmp_path: Path) -> None:
    whole = make(tiny_llm, "classification", lora_dropout=0.3)
    train(whole, tmp_path / "whole", steps=8, per_device_train_batch_size=1)

    class Stop:
        def step(self, step: Any) -> None:
            if step.step == 4:
                import signal

                signal.raise_signal(signal.SIGTERM)

        def __getattr__(self, name: str) -> Any:
            return lambda *_: None

    half = make(tiny_llm, "classification", lora_dropout=0.3)
    config = TrainingConfig(max_steps=8, learning_rate=2e-2, weight_decay=0.0, per_device_train_batch_size=1)
    arguments: Any = (half, EXAMPLES["classification"][1], [], config)
    with pytest.raises(Interrupted):
        fit(*arguments, task=get_task("classification"), seed=3, folder=tmp_path / "half", observer=Stop())
    (checkpoint,) = (tmp_path / "half" / "checkpoints").glob("*/model.safetensors")
    assert checkpoint.stat().st_size < (tiny_llm / "model.safetensors").stat().st_size  # no copy of the base
    resumed = make(tiny_llm, "classification", lora_dropout=0.3)
    train(resumed, tmp_path / "half", steps=8, per_device_train_batch_size=1)
    for name, parameter in whole.learnt().items():
        assert torch.equal(parameter, resumed.learnt()[name]), name


def test_what_does_not_fit_is_lost_and_counted(tiny_llm: Path) -> None:
    model = make(tiny_llm, "ner_span", max_length=64)
    _, examples = EXAMPLES["ner_span"]
    encoded = model.encode([e.document for e in examples], [e.gold for e in examples])
    assert encoded.features == []
    assert [(lost.document_id, lost.label, lost.reason) for lost in encoded.lost] == [
        ("a", DISEASE, LossReason.BEYOND_WINDOW),
        ("b", DRUG, LossReason.BEYOND_WINDOW),
    ]


def test_what_is_not_learnt_or_cannot_be_said_is_told(tiny_llm: Path, tmp_path: Path) -> None:
    documents = [example.document for example in EXAMPLES["ner_span"][1]]
    golds = [example.gold for example in EXAMPLES["ner_span"][1]]
    model = make(tiny_llm, "ner_span", max_tokens=20)
    lengths = [row.length for row in model.encode(documents, golds).features]
    told = (
        "2 of 3 right answers are longer than max_tokens (20): they are learnt, but will be cut off in prediction"
    )
    assert model.remarks() == (told,)
    assert told in train(model, tmp_path, steps=1).notes
    short = make(tiny_llm, "ner_span", max_length=min(lengths))
    assert [row.document for row in short.encode(documents, golds).features] == [2]
    assert short.remarks() == (
        f"2 of 3 prompts are longer than {min(lengths)} tokens with their answer: not learnt",
    )


def test_an_answer_holds_only_what_the_prompt_shows(tiny_llm: Path) -> None:
    model = make(tiny_llm, "ner_span", max_chars=7)
    document = Document("d", "une toux, du fer")
    gold = (Entity.of(DRUG, 0, 3), Entity.of(DISEASE, 4, 8), Entity.of(DRUG, 13, 16))
    (row,) = model.encode([document], [gold]).features
    text = model.base.tokenizer.decode(row.input_ids[-row.answer :])
    assert text == ' [{"text": "une", "label": "Chemical"}]</s>'


def test_options_judged_one_by_one_are_learnt_as_yes_and_no(tiny_llm: Path) -> None:
    model = make(tiny_llm, "mcqa", scoring="loglikelihood")
    _, examples = EXAMPLES["mcqa"]
    rows = model.encode([e.document for e in examples], [e.gold for e in examples]).features
    answers = [model.base.tokenizer.decode(row.input_ids[-row.answer :]) for row in rows]
    assert answers == [" B</s>", " oui</s>", " non</s>", " oui</s>"]
    assert [row.document for row in rows] == [0, 1, 1, 1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target_modules": ("query",)}, "target_modules: the model has no layer 'query'; its layers: .*q_proj"),
        ({"modules_to_save": ("head",)}, "modules_to_save: the model has no layer 'head'"),
        ({"scoring": "loglikelihood"}, "similarity needs generate"),
    ],
)
def test_wrong_settings_are_refused(options: dict[str, Any], message: str, tiny_llm: Path) -> None:
    with pytest.raises(ConfigError, match=message):
        make(tiny_llm, "similarity", **options)


def test_an_absent_package_is_one_line(tiny_llm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tabib.models.decoders.lora.adapters.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"^peft is not installed. .*tabib\[lora\]"):
        make(tiny_llm, "mcqa")
    with pytest.raises(MissingExtraError, match=r"tabib\[qlora\]"):
        make(tiny_llm, "mcqa", method="qlora")


def test_adapters_are_for_one_base(tiny_llm: Path, tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    shutil.copytree(tiny_llm, weights)
    model = make(weights, "classification")
    (tmp_path / "model").mkdir()
    model.save(tmp_path / "model")
    config = json.loads((weights / "config.json").read_text())
    (weights / "config.json").write_text(json.dumps({**config, "rms_norm_eps": 0.5}))
    with pytest.raises(ModelError, match=r"the weights in .* are not those that the adapters"):
        LoraSft.load(tmp_path / "model")
    shutil.rmtree(weights)
    with pytest.raises(ModelError, match="no longer there"):
        LoraSft.load(tmp_path / "model")
