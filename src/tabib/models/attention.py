"""Which attention a model computes with: what was asked for, or the best that can be had, with a warning."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from transformers.utils import is_flash_attn_2_available
from transformers.utils import logging as library_logging

FLASH, SDPA, EAGER = "flash_attention_2", "sdpa", "eager"
_HALF = (torch.bfloat16, torch.float16)


@dataclass(slots=True)
class Attention:
    """How one model attends.

    Args:
        asked: as in the configuration; None: left to the library.
        resting: what is used wherever flash attention is not.
        flash: flash attention is asked for and can be had, for passes in bfloat16 or float16 on a GPU.
        why: the reason for another one than was asked for; empty as long as there is none.
        used: ``training`` and ``prediction`` → what their forward passes used last.
    """

    asked: str | None
    resting: str
    flash: bool = False
    why: str = ""
    used: dict[str, str] = field(default_factory=dict)

    def choose(self, model: Any, *, training: bool) -> None:
        """To be called before each forward pass of ``model``; warns, once, where it is not what was asked for.

        The choice stays for the backward pass, which may compute activations anew.
        """
        half = self.flash and _computes_in_half(model)
        wanted = FLASH if half else self.resting
        if model.config._attn_implementation != wanted:
            _switch(model, wanted)
        phase = "training" if training else "prediction"
        if self.used.get(phase) == wanted:
            return
        self.used[phase] = wanted
        if self.flash and not half and not self.why:
            where = "in training and prediction" if training else "in prediction"
            self.differ(
                f"flash attention computes in bfloat16 or float16 on a GPU only, not {_where(model)}", where
            )

    def differ(self, why: str, where: str = "") -> None:
        """Keep the reason, and warn."""
        self.why = why
        logging.getLogger(__name__).warning(
            " ".join(f"attn_implementation: {self.asked} was asked for, {self.resting} is used {where}".split())
            + f": {why}"
        )

    def to_json(self) -> dict[str, str | None]:
        """For the record: ``asked``, ``training`` and ``prediction`` as far as there were any, ``why``."""
        return {"asked": self.asked, **self.used, "why": self.why}


def load_pretrained(
    kind: Any, folder: Path, asked: str | None, **arguments: Any
) -> tuple[Any, Mapping[str, Any], Attention]:
    """``load_attending`` of weights in a folder: the model, the library's report of the loading, its attention.

    Args:
        kind: an automatic class of the library, such as ``AutoModel``.
        arguments: of its ``from_pretrained``.
    """
    report: dict[str, Any] = {}

    def load(implementation: str | None) -> Any:
        chosen = {} if implementation is None else {"attn_implementation": implementation}
        model, found = kind.from_pretrained(folder, output_loading_info=True, **chosen, **arguments)
        report.update(found)
        return model

    model, attention = load_attending(load, asked)
    return model, report, attention


def load_attending(load: Callable[[str | None], Any], asked: str | None) -> tuple[Any, Attention]:
    """A model with the attention that is asked for, else with the best that can be had: sdpa, else eager.

    Flash attention is not fetched from the Hub, as the library would do where the package ``kernels`` is
    installed and ``flash-attn`` is not.

    Args:
        load: gives the Hugging Face model with an ``attn_implementation``; None: the library chooses.
        asked: ``flash_attention_2``, ``sdpa``, ``eager`` or None.

    Raises:
        Exception: whatever ``load`` raises for eager attention; the fault then lies elsewhere.
    """
    first = SDPA if asked == FLASH else asked
    try:
        model = load(first)
        why = ""
    except (ImportError, ValueError) as error:
        if first != SDPA:
            raise
        model = load(EAGER)  # fails too, where attention was not the reason
        why = _first_sentence(error)
    attention = Attention(asked, _used(model))
    if asked == FLASH:
        why = _no_flash(model, attention.resting)
        attention.flash = not why
    if why:
        attention.differ(why)
    return model, attention


def _no_flash(model: Any, resting: str) -> str:
    """Why flash attention is out of the question for a model; empty where it is not."""
    if not torch.cuda.is_available():
        return "flash attention needs a GPU, and there is none"
    if not is_flash_attn_2_available():
        return "the package flash-attn is not installed, or too old"
    try:
        _switch(model, FLASH)
        if _used(model) != FLASH:
            return f"{type(model).__name__} does not let its attention be chosen"
    except (ImportError, ValueError) as error:
        return _first_sentence(error)
    finally:
        _switch(model, resting)
    return ""


def _used(model: Any) -> str:
    return str(model.config._attn_implementation)


def _switch(model: Any, wanted: str) -> None:
    with _library_quiet():
        model.set_attn_implementation(wanted)


def _computes_in_half(model: Any) -> bool:
    if model.device.type != "cuda":
        return False
    if torch.is_autocast_enabled("cuda"):
        return torch.get_autocast_dtype("cuda") in _HALF
    return model.dtype in _HALF


def _where(model: Any) -> str:
    return f"in {str(model.dtype).removeprefix('torch.')} on {model.device.type.replace('cuda', 'the GPU')}"


def _first_sentence(error: Exception) -> str:
    """Without the library's advice on whom to ask for support."""
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return line.partition(". ")[0].rstrip(".")


@contextmanager
def _library_quiet() -> Iterator[None]:
    """The library warns of flash attention over float32 weights, in whatever precision they are used."""
    before = library_logging.get_verbosity()
    library_logging.set_verbosity_error()
    try:
        yield
    finally:
        library_logging.set_verbosity(before)
