"""Encoders that are computed in other ways inside a head: the same call, nearly the same entities."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tabib.config.load import run_config_from
from tabib.core.errors import ModelError
from tabib.core.examples import Document
from tabib.records.record import RunRecord, read_record
from tabib.runs.run import run
from tabib.runs.speed import variants as module
from tabib.runs.speed.exporting import export_run
from tabib.runs.speed.variants import obstacle, variants_of
from tabib.runs.speed.worker import InProcess, Job, open_variant

DOCUMENTS = [Document("a", "Fever and cough."), Document("b", "No pain since aspirin was given in the morning.")]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Path:
    content: dict[str, Any] = {
        "dataset": "mini_ner_en",
        "model": "token_ner",
        "model_name_or_path": str(tiny_encoder),
        "training": {"max_steps": 2},
        "evaluation": {"resamples": 0},
    }
    return run(run_config_from(content, "test"), runs=tmp_path_factory.mktemp("runs")).folder.path


def record_of(trained: Path, **changes: Any) -> RunRecord:
    return replace(read_record(trained), **changes)


def hidden_states(variant: str, trained: Path, onnx_file: str | None = None, *, all_layers: bool = False) -> Any:
    import torch

    model: Any = open_variant(Job(trained, variant, 1, onnx_file)).model
    batch = model.collate(model.encode(DOCUMENTS).features)
    with torch.inference_mode():
        return model.backbone(batch["input_ids"], batch["attention_mask"], all_layers=all_layers)


def test_an_encoder_has_all_variants_and_a_baseline_only_its_own(trained: Path) -> None:
    assert variants_of(record_of(trained)) == ("fp32", "int8", "onnx", "onnx-int8", "gpu-fp32", "gpu-bf16")
    assert variants_of(record_of(trained, model="dictionary")) == ("own",)
    assert variants_of(record_of(trained, model="llm")) == ("own",)


def test_a_variant_that_cannot_be_measured_here_has_a_reason(
    trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = record_of(trained)
    monkeypatch.setattr(module, "_has_gpu", lambda: False)
    assert obstacle("fp32", record) == ""
    assert obstacle("gpu-bf16", record) == "there is no GPU on this machine"
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    assert obstacle("onnx", record) == (
        "onnx, onnxscript, onnxruntime is not installed. Install it with: pip install 'tabib[onnx]'"
    )
    served = {"backend_args": {"backend": "openai", "base_url": "http://localhost:1/v1"}}
    assert "the model is on a server" in obstacle("own", record_of(trained, model="llm", config=served))
    assert obstacle("own", record_of(trained, model="llm", config={"backend_args": {}})) == ""


def test_8_bits_change_the_encoder_a_little(trained: Path) -> None:
    import torch

    (exact,), (rough,) = hidden_states("fp32", trained), hidden_states("int8", trained)
    assert not torch.equal(exact, rough)
    torch.testing.assert_close(exact, rough, atol=0.2, rtol=0)


def test_bfloat16_hands_fp32_to_the_head(trained: Path) -> None:
    import torch

    (exact,), (rough,) = hidden_states("fp32", trained), hidden_states("gpu-bf16", trained)
    assert rough.dtype == torch.float32
    assert not torch.equal(exact, rough)
    torch.testing.assert_close(exact, rough, atol=0.1, rtol=0)


def test_an_encoder_without_linear_layers_is_not_called_quantised() -> None:
    from torch import nn

    from tabib.runs.speed.quantised import in_8_bits

    with pytest.raises(ModelError, match="Embedding has no linear layers"):
        in_8_bits(nn.Embedding(2, 2))


@pytest.mark.slow
def test_onnx_runtime_gives_the_same_states_for_any_batch(trained: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    import torch

    files = export_run(trained, DOCUMENTS[0], tmp_path)
    (exact,), (found,) = hidden_states("fp32", trained), hidden_states("onnx", trained, files["onnx"])
    torch.testing.assert_close(exact, found, atol=1e-4, rtol=0)
    (rough,) = hidden_states("onnx-int8", trained, files["onnx-int8"])
    torch.testing.assert_close(exact, rough, atol=0.5, rtol=0)
    bare: Any = open_variant(Job(trained, "onnx", 1, files["onnx"])).model
    assert [parameter.device.type for parameter in bare.backbone.encoder.parameters()] == ["cpu"], (
        "heads without a layer of their own ask it where they are"
    )
    one, other = (open_variant(Job(trained, name, 1, files.get(name))) for name in ("fp32", "onnx"))
    entities = [
        [[scored.entity for scored in prediction.entities] for prediction in worker.predict([DOCUMENTS])[0]]
        for worker in (one, other)
    ]
    assert entities[0] == entities[1]


@pytest.mark.slow
def test_a_process_of_its_own_predicts_times_and_says_what_memory_it_takes(trained: Path) -> None:
    here, _ = open_variant(Job(trained, "fp32", 1)).predict([DOCUMENTS])
    worker = InProcess(Job(trained, "fp32", 1))
    try:
        assert worker.load_seconds > 0
        assert worker.predict([DOCUMENTS])[0] == here
        worker.begin_memory()
        seconds = worker.time([DOCUMENTS, DOCUMENTS[:1]])
        assert len(seconds) == 2
        assert min(seconds) > 0
        memory = worker.memory()
        assert memory["process_gib"] >= memory["loaded_gib"] > 0
        with pytest.raises(ModelError, match="AttributeError: 'NoneType'"):
            worker.predict([[None]])  # type: ignore[list-item]
    finally:
        worker.close()
    with pytest.raises(ModelError, match="ended without an answer"):
        worker.predict([DOCUMENTS])


def test_a_process_that_cannot_open_the_run_says_why(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is not a folder"):
        InProcess(Job(tmp_path / "absent", "own", 1))
