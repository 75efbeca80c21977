"""One table: name → ``module:attribute``, resolved only when used. Plug-ins add rows by entry points.

Names of the table are the canonical ones; aliases (the names of earlier projects) resolve to them.
A plug-in declares, in its own package metadata, entry points in the groups ``tabib.corpora``,
``tabib.tasks`` or ``tabib.models`` that name a ``CorpusEntry``, ``TaskEntry`` or ``ModelEntry``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Protocol, TypeVar

from tabib.core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class TaskEntry:
    """``target`` is an instance of ``tabib.tasks.base.Task``."""

    name: str
    target: str
    summary: str
    aliases: tuple[str, ...] = ()
    has_labels: bool = True
    """Whether gold is made of labels, so that a model has to know which there are; not so: numbers."""
    in_pieces: bool = False
    """Whether a document's answer (a ``NerPrediction``) is that of its parts together; not so: one label."""


@dataclass(frozen=True, slots=True)
class CorpusEntry:
    """``target`` is a module with ``CARDS: dict[str, Card]`` and ``load(name, folder, **options) -> Corpus``."""

    name: str
    task: str
    target: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """``targets`` maps each task that the model can do to a class; ``options`` is its pydantic schema.

    The three switches are independent: an encoder with a new layer is pretrained, trained by steps and needs
    train; a baseline needs train only; an encoder or a prompted model that is used as it is is only pretrained.
    """

    name: str
    targets: Mapping[str, str]
    options: str
    summary: str
    pretrained: bool = False
    """Whether it starts from weights, named by ``model_name_or_path``."""
    by_steps: bool = False
    """Whether it is trained by steps, as the section ``training`` says; others get train and dev in one call."""
    needs_train: bool = True
    """Whether a corpus without a train split is an error for it."""
    aliases: tuple[str, ...] = ()
    training: Mapping[str, Any] = field(default_factory=dict)
    """Its own defaults of the section ``training``; ``max_steps`` only where no number of epochs is given."""


class _Entry(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...


EntryT = TypeVar("EntryT", bound=_Entry)

_TASKS = (
    TaskEntry(
        "ner_span",
        "tabib.tasks.ner_span:TASK",
        "entities as character spans, nested and discontinuous",
        in_pieces=True,
    ),
    TaskEntry("ner_token", "tabib.tasks.ner_token:TASK", "flat entities as IOB2 tags over words", in_pieces=True),
    TaskEntry("classification", "tabib.tasks.classification:TASK", "one label per document"),
    TaskEntry("multilabel", "tabib.tasks.multilabel:TASK", "any number of labels per document"),
    TaskEntry(
        "similarity",
        "tabib.tasks.similarity:TASK",
        "how alike two texts are, as one number",
        aliases=("sts", "semantic_similarity"),
        has_labels=False,
    ),
    TaskEntry(
        "mcqa",
        "tabib.tasks.mcqa:TASK",
        "questions with lettered options, one or several of them right",
        aliases=("multiple_choice", "multiple_choice_qa"),
    ),
)

_CORPORA = (
    CorpusEntry("emea", "ner_span", "tabib.data.corpora.quaero"),
    CorpusEntry("medline", "ner_span", "tabib.data.corpora.quaero"),
    CorpusEntry("quaero_emea_token", "ner_token", "tabib.data.corpora.quaero"),
    CorpusEntry("quaero_medline_token", "ner_token", "tabib.data.corpora.quaero"),
    CorpusEntry("morfitt", "multilabel", "tabib.data.corpora.morfitt"),
    CorpusEntry("doctor_patient_questions_fr", "classification", "tabib.data.corpora.doctor_patient_questions"),
    *(
        CorpusEntry(name, task, "tabib.data.corpora.fracco")
        for name, task in (
            ("fracco_icd_classification", "classification"),
            ("fracco_icd_top50", "classification"),
            ("fracco_icd_top100", "classification"),
            ("fracco_icd_top200", "classification"),
            ("fracco_icd_doc", "multilabel"),
            ("fracco_icd_doc_top500", "multilabel"),
        )
    ),
    *(
        CorpusEntry(name, task, "tabib.data.corpora.frasimed")
        for name, task in (
            ("frasimed_cantemist", "ner_span"),
            ("frasimed_distemist", "ner_span"),
            ("frasimed_cantemist_norm", "classification"),
            ("frasimed_cantemist_norm_top30", "classification"),
            ("frasimed_distemist_norm", "classification"),
            ("frasimed_distemist_norm_top100", "classification"),
            ("frasimed_distemist_norm_top500", "classification"),
            ("frasimed_cantemist_doc", "multilabel"),
            ("frasimed_cantemist_doc_top30", "multilabel"),
            ("frasimed_distemist_doc", "multilabel"),
            ("frasimed_distemist_doc_top100", "multilabel"),
            ("frasimed_distemist_doc_top500", "multilabel"),
        )
    ),
    CorpusEntry("maccrobat", "ner_span", "tabib.data.corpora.maccrobat"),
    CorpusEntry("maccrobat_token", "ner_token", "tabib.data.corpora.maccrobat"),
    CorpusEntry("e3c", "ner_span", "tabib.data.corpora.e3c"),
    CorpusEntry("stsbenchmark", "similarity", "tabib.data.corpora.stsbenchmark", aliases=("stsb",)),
    CorpusEntry("biosses", "similarity", "tabib.data.corpora.biosses"),
    CorpusEntry("mediqal_mcqu", "mcqa", "tabib.data.corpora.mediqal"),
    CorpusEntry("mediqal_mcqm", "mcqa", "tabib.data.corpora.mediqal"),
    CorpusEntry("frenchmedmcqa", "mcqa", "tabib.data.corpora.frenchmedmcqa", aliases=("french_med_mcqa",)),
    CorpusEntry("cas1", "ner_span", "tabib.data.corpora.cas"),
    CorpusEntry("cas2", "ner_span", "tabib.data.corpora.cas"),
    CorpusEntry("mantra", "ner_span", "tabib.data.corpora.mantra", aliases=("mantragsc",)),
    CorpusEntry("essai", "classification", "tabib.data.corpora.essai"),
    CorpusEntry("diamed", "classification", "tabib.data.corpora.diamed"),
    CorpusEntry("meddialog", "multilabel", "tabib.data.corpora.meddialog", aliases=("meddialog_women",)),
    CorpusEntry("clister", "similarity", "tabib.data.corpora.clister"),
    CorpusEntry("mini_ner_fr", "ner_span", "tabib.data.corpora.mini_ner"),
    CorpusEntry("mini_ner_en", "ner_span", "tabib.data.corpora.mini_ner"),
    CorpusEntry("mini_ner_token_fr", "ner_token", "tabib.data.corpora.mini_ner_token"),
    CorpusEntry("mini_triage_fr", "classification", "tabib.data.corpora.mini_triage"),
    CorpusEntry("mini_triage_pl", "classification", "tabib.data.corpora.mini_triage"),
    CorpusEntry("mini_topics_fr", "multilabel", "tabib.data.corpora.mini_topics"),
    CorpusEntry("mini_pairs_fr", "similarity", "tabib.data.corpora.mini_pairs"),
    CorpusEntry("mini_mcqa_fr", "mcqa", "tabib.data.corpora.mini_mcqa"),
    CorpusEntry("mini_mcqa_en", "mcqa", "tabib.data.corpora.mini_mcqa"),
)

_MODELS = (
    ModelEntry(
        "majority",
        {
            "ner_span": "tabib.models.baselines.majority:MajorityNer",
            "ner_token": "tabib.models.baselines.majority:MajorityNer",
            "classification": "tabib.models.baselines.majority:MajorityClassifier",
            "multilabel": "tabib.models.baselines.majority:MajorityMultilabel",
            "similarity": "tabib.models.baselines.majority:MajoritySimilarity",
            "mcqa": "tabib.models.baselines.majority:MajorityMcqa",
        },
        "tabib.config.options:NoOptions",
        "the most frequent answer of the training data",
        needs_train=False,
    ),
    ModelEntry(
        "tfidf",
        {
            "classification": "tabib.models.baselines.tfidf:TfidfClassifier",
            "multilabel": "tabib.models.baselines.tfidf:TfidfMultilabel",
            "similarity": "tabib.models.baselines.tfidf:TfidfSimilarity",
        },
        "tabib.config.options:TfidfOptions",
        "TF-IDF of words and characters, and a linear classifier; of pairs the cosine",
    ),
    ModelEntry(
        "dictionary",
        {
            "ner_span": "tabib.models.baselines.dictionary:DictionaryNer",
            "ner_token": "tabib.models.baselines.dictionary:DictionaryNer",
        },
        "tabib.config.options:DictionaryOptions",
        "looks up the entities of the training data",
    ),
    ModelEntry(
        "span_ner",
        {
            "ner_span": "tabib.models.heads.span_ner:SpanNer",
            "ner_token": "tabib.models.heads.span_ner:SpanNer",
        },
        "tabib.config.options:SpanNerOptions",
        "encoder, BiLSTM, one CRF per label and a span scorer; nested entities",
        pretrained=True,
        by_steps=True,
        aliases=("bert_span_ner",),
        training={
            "max_steps": 4000,
            "learning_rate": 1e-3,
            "bert_learning_rate": 5e-5,
            "gradient_clip": 10.0,
        },
    ),
    ModelEntry(
        "token_ner",
        {
            "ner_token": "tabib.models.heads.token_ner:TokenNer",
            "ner_span": "tabib.models.heads.token_ner:TokenNer",
        },
        "tabib.config.options:TokenNerOptions",
        "encoder and a linear layer over IOB2 tags; flat entities",
        pretrained=True,
        by_steps=True,
        aliases=("bert_token_ner",),
    ),
    ModelEntry(
        "text",
        {
            "classification": "tabib.models.heads.text:TextClassifier",
            "multilabel": "tabib.models.heads.multilabel:MultilabelClassifier",
        },
        "tabib.config.options:TextOptions",
        "encoder, pooling and a linear layer; one label or several, as the task asks",
        pretrained=True,
        by_steps=True,
        aliases=("bert_text_cls", "bert_multilabel_cls"),
    ),
    ModelEntry(
        "pair",
        {"similarity": "tabib.models.heads.pair:PairRegressor"},
        "tabib.config.options:PairOptions",
        "encoder that reads both texts together, and a linear layer to one number",
        pretrained=True,
        by_steps=True,
        aliases=("bert_similarity", "cross_encoder"),
    ),
    ModelEntry(
        "bi_encoder",
        {"similarity": "tabib.models.heads.bi_encoder:BiEncoder"},
        "tabib.config.options:BiEncoderOptions",
        "encoder that reads both texts apart; trained cosine of the pooled vectors",
        pretrained=True,
        by_steps=True,
    ),
    ModelEntry(
        "sentence_cosine",
        {"similarity": "tabib.models.heads.sentence_cosine:SentenceCosine"},
        "tabib.config.options:SentenceCosineOptions",
        "cosine of a sentence encoder as it is, without training",
        pretrained=True,
        needs_train=False,
    ),
    ModelEntry(
        "multiple_choice",
        {"mcqa": "tabib.models.heads.choice:MultipleChoice"},
        "tabib.config.options:ChoiceOptions",
        "encoder that reads the question with each option; a score for each, one or several chosen",
        pretrained=True,
        by_steps=True,
        aliases=("bert_mcqa",),
    ),
    ModelEntry(
        "llm",
        dict.fromkeys(
            ("ner_span", "ner_token", "classification", "multilabel", "similarity", "mcqa"),
            "tabib.models.decoders.llm:Llm",
        ),
        "tabib.config.options:LlmOptions",
        "language model asked in words, with no examples or a few; as the weights are",
        pretrained=True,
        needs_train=False,
        aliases=("vllm_classification",),
    ),
    ModelEntry(
        "lora_sft",
        dict.fromkeys(
            ("ner_span", "ner_token", "classification", "multilabel", "similarity", "mcqa"),
            "tabib.models.decoders.lora.lora_sft:LoraSft",
        ),
        "tabib.config.options:LoraOptions",
        "language model asked in words, its low-rank adapters (LoRA, DoRA, QLoRA) trained on the right answers",
        pretrained=True,
        by_steps=True,
        training={"learning_rate": 2e-4, "weight_decay": 0.0},
    ),
)


@cache
def tasks() -> dict[str, TaskEntry]:
    """Every task by its canonical name."""
    return _table(_TASKS, "tabib.tasks", TaskEntry)


@cache
def corpora() -> dict[str, CorpusEntry]:
    """Every corpus by its canonical name."""
    return _table(_CORPORA, "tabib.corpora", CorpusEntry)


@cache
def models() -> dict[str, ModelEntry]:
    """Every model family by its canonical name."""
    return _table(_MODELS, "tabib.models", ModelEntry)


def find(table: Mapping[str, EntryT], name: str, what: str) -> EntryT:
    """The row of a name or alias.

    Raises:
        ConfigError: no such name; says the nearest ones.
    """
    by_name = {alias: row for row in table.values() for alias in (row.name, *row.aliases)}
    if name not in by_name:
        raise ConfigError(f"unknown {what} {name!r}{nearest(name, by_name)}")
    return by_name[name]


def nearest(name: str, known: Iterable[str]) -> str:
    """``; did you mean 'emea'?``, or the known names where none is near."""
    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    if close:
        return f"; did you mean {' or '.join(map(repr, close))}?"
    return f"; known: {', '.join(known)}"


def resolve(target: str) -> Any:
    """Import what ``module:attribute`` (or ``module``) names."""
    module, _, attribute = target.partition(":")
    loaded = import_module(module)
    return getattr(loaded, attribute) if attribute else loaded


def _table(rows: Iterable[EntryT], group: str, kind: type[EntryT]) -> dict[str, EntryT]:
    """The rows of the package and of plug-ins, by name.

    Raises:
        ConfigError: a plug-in cannot be imported, gives something else than a row, or takes a name or alias that
            is taken; names its distribution.
    """
    table = {row.name: row for row in rows}
    taken = {name for row in table.values() for name in (row.name, *row.aliases)}
    for point in entry_points(group=group):
        where = f"the plug-in {point.value!r} ({group}) of the package {point.dist.name if point.dist else '?'!r}"
        hint = "; mend or uninstall that package"
        try:
            row = point.load()
        except Exception as error:  # whatever the plug-in's own code does
            raise ConfigError(f"{where} cannot be loaded: {type(error).__name__}: {error}{hint}") from error
        if not isinstance(row, kind):
            raise ConfigError(f"{where} is a {type(row).__name__}, expected a {kind.__name__}{hint}")
        names = (row.name, *row.aliases)
        again = sorted({name for name in names if name in taken or names.count(name) > 1})
        if again:
            raise ConfigError(f"{where} registers {', '.join(map(repr, again))}, which exists already{hint}")
        taken.update(names)
        table[row.name] = row
    return table
