"""Making the ONNX files of a run's encoder, in a process whose memory is given back with it."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tabib.core.errors import ModelError
from tabib.core.examples import Document

ONNX_VARIANTS = ("onnx", "onnx-int8")


def export_run(run: Path, document: Document, folder: Path) -> dict[str, str]:
    """Export the encoder of a run, as it is and in 8 bits.

    Args:
        document: one that the model reads.
        folder: where the files are made; theirs are gone with it.

    Returns:
        variant → its file.

    Raises:
        ModelError: it cannot be exported.
    """
    files = {variant: str(folder / f"{variant}.onnx") for variant in ONNX_VARIANTS}
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        try:
            pool.submit(_export, run, document, files).result()
        except BrokenProcessPool as error:
            raise ModelError("the export to ONNX ended without an answer; memory may be short") from error
    return files


def _export(run: Path, document: Document, files: dict[str, str]) -> None:
    import os

    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    from tabib.runs.annotate import open_run
    from tabib.runs.speed.onnx import export_encoder

    model: Any = open_run(run)[1]
    export_encoder(model, document, Path(files["onnx"]), in_8_bits=Path(files["onnx-int8"]))
