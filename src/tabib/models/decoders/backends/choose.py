"""The backend that a configuration asks for.

A backend's class has ``open(options, weights)``, a class method that gives an instance:

- ``options``: the ``LlmOptions``; ``served_model`` is the model's name on a server;
- ``weights``: the folder of the pretrained files; None where they are on a server;
- raises ``MissingExtraError`` where a package is absent, ``ModelError`` where the model is.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tabib.config.options import LlmOptions
from tabib.core.errors import MissingExtraError
from tabib.models.decoders.base import Backend
from tabib.registry import resolve

if TYPE_CHECKING:  # a run's identity holds the sources that are imported, which the table below does not show
    from tabib.models.decoders.backends import openai, transformers, vllm  # noqa: F401

BACKENDS: Mapping[str, str] = {
    "transformers": "tabib.models.decoders.backends.transformers:TransformersBackend",
    "vllm": "tabib.models.decoders.backends.vllm:VllmBackend",
    "openai": "tabib.models.decoders.backends.openai:OpenAIBackend",
}


def open_backend(options: LlmOptions, weights: Path | None) -> Backend:
    """The backend of a configuration, or its fallback where the package of the first is not installed.

    The use of a fallback is logged, and is among the backend's ``remarks``.

    Raises:
        MissingExtraError: a package is absent and no fallback is named.
        ModelError: the model cannot be had.
    """
    try:
        return _open(options.backend, options, weights)
    except MissingExtraError as error:
        if options.backend_fallback is None:
            raise
        note = f"backend_fallback: {options.backend_fallback} is used in place of {options.backend} ({error})"
        logging.getLogger(__name__).warning(note)
        backend = _open(options.backend_fallback, options, weights)
        backend.remark(note)
        return backend


def _open(name: str, options: LlmOptions, weights: Path | None) -> Backend:
    backend: Backend = resolve(BACKENDS[name]).open(options, weights)
    if options.attn_implementation is not None and name != "transformers":
        backend.remark(f"attn_implementation has no effect: {name} chooses its own")
    return backend
