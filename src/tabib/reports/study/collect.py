"""All analyses of a study, from its run folders and corpora: bundles of tables and plots."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from tabib.analysis.confidence import analyse_confidence
from tabib.analysis.confusion import confuse
from tabib.analysis.error_analysis import ErrorAnalysis, analyse_errors
from tabib.analysis.judged import judge
from tabib.analysis.production.analysis import analyse_production
from tabib.analysis.production.settings import ProductionSettings
from tabib.analysis.runs import load_dev_data, load_run_data
from tabib.analysis.thresholds import Rule
from tabib.analysis.types import Thresholds, analyse_types
from tabib.config.study import StudySettings
from tabib.records.scoring import resampling_of_record
from tabib.reports.bundles import Bundle, confidence_bundle, errors_bundle, production_bundle, types_bundle
from tabib.reports.production_text import production_statements
from tabib.reports.statements import Book, Statement, Tables
from tabib.reports.study.compare import compare_models
from tabib.reports.study.provenance import StudyRuns, provenance_tables
from tabib.reports.study.speeds import speed_of_models
from tabib.runs.corpus_of_run import corpus_of, texts_of, vocabulary_of, with_train_counts

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Looked:
    """What one run was looked into with: its bundles, and what could not be looked at."""

    bundles: tuple[Bundle, ...]
    production: tuple[Statement, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Collected:
    """Everything that a report is made from.

    Args:
        dataset: the corpus on which a model is chosen. datasets: all that have runs.
        book: all tables. bundles: of all analyses, for their plots.
        production: what is recommended, and what it rests on; empty where no run could be looked into.
    """

    dataset: str
    datasets: tuple[str, ...]
    book: Book
    bundles: tuple[Bundle, ...]
    production: tuple[Statement, ...]
    notices: tuple[str, ...]

    @property
    def looked_into(self) -> bool:
        """Whether a run was chosen and looked into."""
        return "types" in self.book.tables


def collect(runs: StudyRuns, dataset: str, settings: StudySettings, progress: Progress) -> Collected:
    """Compare the models of every corpus, choose one on ``dataset``, and look into its best run on dev.

    Raises:
        RecordError, PredictionError: files of a run are absent or damaged.
    """
    speed = speed_of_models(runs, dataset, settings)
    compared = {}
    for name in runs.datasets:
        if runs.done(name):
            progress(f"comparing the models on {name}")
            compared[name] = compare_models(
                runs, name, settings, speed.documents_per_second if name == dataset else None
            )
    chosen = compared[dataset]
    bundles = [
        found.bundle if name == dataset else _of_corpus(found.bundle, name) for name, found in compared.items()
    ]
    bundles.append(speed.bundle)
    notices = speed.notices
    production: tuple[Statement, ...] = ()
    if chosen.folder is None:
        notices += (f"no run is looked into, since no model can be chosen: {chosen.why}",)
    else:
        progress(f"looking into {chosen.folder.name}")
        looked = look_into(chosen.folder, runs.split, settings, progress)
        bundles += looked.bundles
        notices, production = notices + looked.notices, looked.production
    book = gather(provenance_tables(runs), bundles)
    return Collected(dataset, tuple(compared), book, tuple(bundles), production, notices)


def _of_corpus(bundle: Bundle, dataset: str) -> Bundle:
    """The bundle of another corpus than the study's, under names of its own."""
    return bundle._replace(
        tables={f"{name}_{dataset}": rows for name, rows in bundle.tables.items()},
        plots={f"{name}_{dataset}": draw for name, draw in bundle.plots.items()},
    )


def look_into(folder: Path, split: str, settings: StudySettings, progress: Progress) -> Looked:
    """Every analysis of one run.

    Args:
        folder: the run's.
        split: the split that is evaluated.
        progress: told what is being looked at.

    Raises:
        RecordError, PredictionError: a file of the run is absent or damaged.
    """
    data, why = with_train_counts(load_run_data(folder, split), None)
    notices = [why] if why else []
    dev = load_dev_data(folder, split)
    resampling = resampling_of_record(data.record)
    title = data.title
    progress("types")
    tiers = Thresholds(settings.tiers.rare_below, settings.tiers.frequent_above)
    types = types_bundle(title, analyse_types(data, tiers, resampling), confuse(data, settings.confusion_types))
    progress("errors")
    corpus, why = corpus_of(data, None)
    if corpus is None:
        notices.append(f"no examples, and no patterns of writing and vocabulary: {why}")
    found = analyse_errors(
        data, texts_of(corpus, data), vocabulary_of(corpus), resampling, examples=settings.examples
    )
    errors = errors_bundle(title, found if settings.texts else without_texts(found))
    progress("confidence")
    confidence = confidence_bundle(
        title,
        analyse_confidence(
            judge(data.references, data.predictions),
            None if dev is None else judge(dev.references, dev.predictions),
            rule=Rule(target=settings.target_precision, min_kept=settings.min_kept),
            resampling=resampling,
            thresholds=sorted({*settings.thresholds, settings.threshold}),
        ),
    )
    progress("production")
    found_production = analyse_production(
        data,
        dev,
        ProductionSettings(
            threshold=settings.threshold,
            thresholds=settings.thresholds,
            high_value=settings.high_value_types,
            target=settings.target_precision,
            min_entities=settings.min_kept,
        ),
        resampling,
    )
    if found_production.absent:
        absent = ", ".join(found_production.absent)
        notices.append(f"high-value types: the corpus does not have {absent}; study.high_value_types names others")
    bundles = (types, errors, confidence, production_bundle(found_production))
    return Looked(bundles, production_statements(found_production), tuple(notices))


def without_texts(analysis: ErrorAnalysis) -> ErrorAnalysis:
    """The same without examples and without the words that patterns are made of."""
    kept = tuple(
        replace(pattern, same_as=tuple(feature for feature in pattern.same_as if feature.family != "word"))
        for pattern in analysis.patterns.patterns
        if pattern.feature.family != "word"
    )
    return replace(analysis, examples=(), patterns=replace(analysis.patterns, patterns=kept))


def gather(tables: Tables, bundles: Iterable[Bundle]) -> Book:
    """One book of all tables.

    Raises:
        ValueError: two tables have one name.
    """
    found = dict(tables)
    for bundle in bundles:
        if both := found.keys() & bundle.tables.keys():
            raise ValueError(f"two tables are called {', '.join(sorted(both))}")
        found |= bundle.tables
    return Book(found)
