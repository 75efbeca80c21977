"""Adapters of low rank, by peft: put into a model, written, read and merged in peft's own format."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from tabib.config.options import LoraOptions
from tabib.core.errors import ConfigError, MissingExtraError
from tabib.models.decoders.backends.causal import Causal, load_causal


def require_packages(options: LoraOptions) -> None:
    """Raises: MissingExtraError: a package that the method needs is not installed."""
    for package, extra in options.extras:
        if find_spec(package) is None:
            raise MissingExtraError(package, extra)


def load_base(weights: Path | None, options: LoraOptions) -> Causal:
    """The weights that stay as they are; for qlora in 4 bits.

    Raises:
        MissingExtraError: see ``require_packages``.
        ModelError: see ``load_causal``.
    """
    require_packages(options)
    if options.method != "qlora":
        return load_causal(weights, options)
    from transformers import BitsAndBytesConfig

    compute = torch.bfloat16 if torch.cuda.is_available() else torch.float32
    quantised = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=compute,
    )
    place = {"": 0} if torch.cuda.is_available() else {"": "cpu"}
    with _quiet():
        base = load_causal(weights, options, quantization_config=quantised, device_map=place)
    for module in base.model.modules():
        # On some CPUs bitsandbytes repacks the weights at the first prediction, and rounds their scales: training
        # after a dev score would go on with others than before.
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False
    return base


def add_adapters(model: Any, options: LoraOptions) -> Any:
    """The ``PeftModel`` of a model, which is changed in place; only the adapters are trained.

    Raises:
        ConfigError: the model has no layers of these names.
    """
    with _quiet():
        from peft import LoraConfig, get_peft_model

    targets = options.target_modules
    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=options.r,
        lora_alpha=options.lora_alpha,
        lora_dropout=options.lora_dropout,
        use_rslora=options.use_rslora,
        use_dora=options.method == "dora",
        target_modules=targets if isinstance(targets, str) else list(targets),
        exclude_modules=_beside_the_text(model),
        modules_to_save=list(options.modules_to_save) or None,
    )
    _refuse_unknown(model, options)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    try:
        with _quiet():
            return get_peft_model(model, config)
    except ValueError as error:
        raise ConfigError(f"backend_args: {error}") from error


def _beside_the_text(model: Any) -> str | None:
    """A pattern of the layers that read no text, such as those for images; None where there are none."""
    decoder = model.get_decoder()
    places = {id(module): name for name, module in model.named_modules()}
    parent, _, own = places[id(decoder)].rpartition(".")
    if model.config.get_text_config() is model.config or not own:
        return None
    prefix = f"{parent}." if parent else ""
    head = places.get(id(model.get_output_embeddings()))
    beside = [f"{prefix}{name}" for name, _ in model.get_submodule(parent).named_children() if name != own]
    beside = [re.escape(name) for name in beside if name != head]
    return rf"({'|'.join(beside)})(\..*)?" if beside else None


def _refuse_unknown(model: Any, options: LoraOptions) -> None:
    """peft passes over names that fit no layer as long as one does."""
    names = {name for name, _ in model.named_modules() if name}
    asked = {"modules_to_save": options.modules_to_save}
    if not isinstance(options.target_modules, str):
        asked["target_modules"] = options.target_modules
    for setting, wanted in asked.items():
        for name in wanted:
            if not any(known == name or known.endswith(f".{name}") for known in names):
                last = sorted({known.rsplit(".", 1)[-1] for known in names if not known[-1].isdigit()})
                raise ConfigError(
                    f"backend_args.{setting}: the model has no layer {name!r}; its layers: {', '.join(last)}"
                )


@contextmanager
def _quiet() -> Iterator[None]:
    """Messages that nobody has to do anything about: peft asks transformers for a property by a name that it has
    given up; imports bitsandbytes where it is installed, which then recommends a package; says that it sets what
    GPT-2's layers need; and warns of tied embeddings, which ``merge`` unties.
    """
    logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
        warnings.filterwarnings("ignore", "fan_in_fan_out is set to False but the target module is `Conv1D`")
        warnings.filterwarnings("ignore", "Model (has|with) `tie_word_embeddings=True`")
        warnings.filterwarnings("ignore", "Input and output embeddings are no longer tied")
        yield


def load_adapters(model: Any, folder: Path) -> Any:
    """The ``PeftModel`` with the adapters in ``folder``, ready to predict."""
    with _quiet():
        from peft import PeftModel

        return PeftModel.from_pretrained(model, folder)


def save_adapters(adapted: Any, tokenizer: Any, weights: Path, folder: Path) -> None:
    """peft's files and the tokeniser's. ``weights`` is named in them as what the adapters belong to."""
    for config in adapted.peft_config.values():
        config.base_model_name_or_path = str(weights.resolve())
    adapted.save_pretrained(folder, save_embedding_layers=False)  # the base's own, which nobody has resized
    tokenizer.save_pretrained(folder)


def merge(weights: Path, adapters: Path, options: LoraOptions, folder: Path) -> None:
    """Write the model with the adapters added to its weights, in their own precision, never in 4 bits."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    dtype: Any = "auto" if options.dtype == "auto" else options.dtype
    base = AutoModelForCausalLM.from_pretrained(weights, dtype=dtype)
    adapted = load_adapters(base, adapters)
    _untie(base)
    with _quiet():
        merged = adapted.merge_and_unload(safe_merge=True)
    merged.save_pretrained(folder)
    AutoTokenizer.from_pretrained(weights).save_pretrained(folder)


def _untie(model: Any) -> None:
    """Give the output layer weights of its own where adapters are to be added to one of two tied layers."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    read, written = model.get_input_embeddings(), model.get_output_embeddings()
    if isinstance(read, BaseTunerLayer) or isinstance(written, BaseTunerLayer):
        layer = written.get_base_layer() if isinstance(written, BaseTunerLayer) else written
        layer.weight = torch.nn.Parameter(layer.weight.detach().clone())
        model.config.tie_word_embeddings = False


def parameter_counts(adapted: Any) -> tuple[int, int]:
    """(trained, all) parameters; one of 4 bits counts as one."""
    trained, whole = adapted.get_nb_trainable_parameters()
    return int(trained), int(whole)


def same_base(saved: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """The part of the identity in which two bases differ; empty where they are the same."""
    return next((part for part in ("weights", "tokenizer") if saved.get(part) != found.get(part)), "")
