"""What ``tabib study`` does after its benchmark: measuring speed, and writing the report."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from tabib.benchmark.plan import Cell
from tabib.cli.console import show_notices, stderr, stdout
from tabib.config.benchmark import BenchmarkConfig
from tabib.config.names import corpus_entry
from tabib.config.writable import require_file, require_folder, writing
from tabib.core.errors import ConfigError, DataError, ModelError, RecordError
from tabib.core.predictions import NerPrediction
from tabib.registry import nearest
from tabib.reports.study.own_files import check_places, relative
from tabib.reports.study.provenance import StudyCell, StudyRuns
from tabib.reports.study.write import Places
from tabib.runs.state import State
from tabib.tasks.load import get_task

if TYPE_CHECKING:
    from tabib.runs.speed.settings import SpeedSettings


def check_study(config: BenchmarkConfig, *, notebook: bool, touch: bool) -> None:
    """See that there is something to look into and that the report can be written, before anything runs.

    Raises:
        ConfigError: no corpus of entities, a corpus or model of the study that is none, or paths that cannot be.
    """
    dataset_of(config)
    _speed_settings(config)
    named = [name for group in config.model_groups.values() for name in group.models]
    for model in config.study.candidates or ():
        if model not in named:
            raise ConfigError(f"study.candidates: the benchmark has no model {model!r}{nearest(model, named)}")
    places, output = places_of(config), config.output
    require_folder(places.folder, "study.folder", touch=touch)
    require_file(places.markdown, "study.markdown", touch=touch)
    named_files = (("output.json", output.json_file), ("output.markdown", output.markdown_file))
    outputs = {key: Path(name) for key, name in named_files if name is not None}
    check_places(places.folder, places.markdown, places.study, outputs)
    absent = [name for name in ("nbformat", "nbclient", "ipykernel", "pandas") if find_spec(name) is None]
    if notebook and absent:
        show_notices([f"no notebook will be written: {', '.join(absent)} absent (pip install 'tabib[notebook]')"])
    if find_spec("matplotlib") is None:
        show_notices(["no plots will be drawn: matplotlib is absent (pip install 'tabib[plots]')"])


def check_types(config: BenchmarkConfig, cells: Sequence[Cell]) -> None:
    """See that the study's types are types of its corpus.

    Raises:
        ConfigError: names the nearest ones.
    """
    labels = next(cell.prepared.corpus.card.labels for cell in cells if cell.spec.dataset == dataset_of(config))
    for name in config.study.high_value_types or ():
        if name not in labels:
            raise ConfigError(
                f"study.high_value_types: {dataset_of(config)} has no type {name!r}{nearest(name, labels)}"
            )


def dataset_of(config: BenchmarkConfig) -> str:
    """The corpus on which a model is chosen and looked into.

    Raises:
        ConfigError: the benchmark has no corpus of entities, or not the one that the study names.
    """
    named = [name for names in config.datasets.values() for name in names]
    able = [name for name in named if _of_entities(name)]
    wanted = config.study.dataset
    if wanted is None:
        if not able:
            raise ConfigError(
                f"datasets: {', '.join(named)}: none is of entities, which is what a study looks into;"
                " use 'tabib benchmark' for other tasks"
            )
        return able[0]
    if wanted not in able:
        there = f"; expected one of {', '.join(able)}{nearest(wanted, able)}" if able else ""
        raise ConfigError(f"study.dataset: {wanted} is no corpus of entities of this benchmark{there}")
    return wanted


def places_of(config: BenchmarkConfig) -> Places:
    """Where the report goes."""
    path = config.path
    assert path is not None, "a benchmark that was loaded has a file"
    name = path.stem if path.stem != "benchmark" else path.absolute().parent.name
    folder = Path(config.study.folder or Path("results") / name)
    return Places(folder, Path(config.study.markdown or folder / "report.md"), relative(path, folder))


def study_runs(config: BenchmarkConfig, cells: Sequence[Cell]) -> StudyRuns:
    """What the report is made from: the cells of entities."""
    assert config.path is not None
    chosen = [cell for cell in cells if _of_entities(cell.spec.dataset)]
    return StudyRuns(
        config.description or config.path.stem,
        config.path.name,
        chosen[0].spec.config.evaluation.split,
        tuple(config.seeds),
        tuple(
            StudyCell(
                cell.spec.dataset,
                cell.spec.model_name,
                cell.spec.seed,
                cell.state.value,
                cell.found.detail,
                cell.found.folder.path if cell.state is State.DONE and cell.found.folder is not None else None,
            )
            for cell in chosen
        ),
    )


def measure_speed(config: BenchmarkConfig, cells: Sequence[Cell]) -> None:
    """Measure the first run of each model on the study's corpus, unless that is done or not asked for."""
    from tabib.runs.speed import measure_run
    from tabib.runs.speed.measure import differences, stands

    settings = _speed_settings(config)
    if settings is None:
        return
    console = stderr()
    for name, folder in _first_runs(config, cells).items():

        def observer(line: str, name: str = name) -> None:
            console.print(f"speed of {name}: {line}", style="dim", soft_wrap=True, markup=False)

        try:
            saved = stands(folder, settings)
            differing = differences(saved, settings) if saved is not None else ()
            show_notices([f"speed of {name}: {'; '.join(differing)}"] if differing else [])
            measure_run(folder, settings, observer)
        except (RecordError, DataError, ModelError) as error:
            show_notices([f"the speed of {name} could not be measured: {error}"])


def _speed_settings(config: BenchmarkConfig) -> SpeedSettings | None:
    """What is to be measured; None: nothing. Raises: ConfigError: no such variant, or a batch size twice."""
    from tabib.runs.speed.settings import SpeedSettings

    wanted = config.study.speed
    if wanted is None:
        return None
    return SpeedSettings(
        batch_sizes=wanted.batch_sizes,
        variants=wanted.variants,
        documents=wanted.documents,
        rounds=wanted.rounds,
        limit=wanted.seconds,
    )


def _first_runs(config: BenchmarkConfig, cells: Sequence[Cell]) -> dict[str, Path]:
    """Model → the folder of its first run on the study's corpus that is done; models without one are left out."""
    dataset = dataset_of(config)
    found: dict[str, Path] = {}
    for cell in cells:
        if cell.spec.dataset == dataset and cell.state is State.DONE and cell.found.folder is not None:
            found.setdefault(cell.spec.model_name, cell.found.folder.path)
    return found


def make_report(config: BenchmarkConfig, cells: Sequence[Cell], *, notebook: bool) -> None:
    """Look into the runs that are done, and write every form of the report.

    Raises:
        RecordError: no run of the study's corpus is done, or files of one are damaged.
    """
    from tabib.reports.study.collect import collect
    from tabib.reports.study.report import build_insights, build_report, headlines
    from tabib.reports.study.write import draw_plots, write_report

    runs, dataset = study_runs(config, cells), dataset_of(config)
    if not runs.done(dataset):
        states = "; ".join(
            f"{cell.model}, seed {cell.seed}: {cell.state}{f' ({cell.detail})' if cell.detail else ''}"
            for cell in runs.cells
            if cell.dataset == dataset
        )
        raise RecordError(
            f"no run of {dataset} is done, so there is nothing to look into; 'tabib study run' runs what is"
            f" missing."
            f"\n{states}"
        )
    places = places_of(config)
    console = stderr()

    def progress(text: str) -> None:
        console.print(f"report: {text}", soft_wrap=True, markup=False)

    found = collect(runs, dataset, config.study, progress)
    with writing(places.folder, "study.folder"):
        progress("plots")
        plots, notices = draw_plots(places.folder / "plots", found.bundles)
        title = runs.description
        written = write_report(
            places,
            build_report(title, found, plots),
            build_insights(title, found),
            next((bundle.content for bundle in found.bundles if bundle.name == "production"), None),
            notebook=notebook,
            progress=progress,
        )
    show_notices((*found.notices, *notices, *written.notices))
    out = stdout()
    for statement in headlines(found):
        out.print(f"- {statement.text}", soft_wrap=not out.is_terminal, markup=False)
    for path in written.files:
        out.print(f"written: {path}", soft_wrap=True, markup=False)


def _of_entities(dataset: str) -> bool:
    entry = corpus_entry(dataset)
    return entry is not None and get_task(entry.task).prediction_type is NerPrediction
