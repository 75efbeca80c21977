"""What is asked of a model about one document, and what its responses mean. One way of asking for each task.

``generate``: a text is asked for and read. ``loglikelihood``: the possible answers are scored as continuations;
where several may be right together, each is judged by itself, as the log-likelihoods of yes and no.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tabib.config.options import PromptOptions
from tabib.core.errors import ConfigError
from tabib.core.examples import Document, Example
from tabib.core.predictions import (
    ClassificationPrediction,
    McqaPrediction,
    MultilabelPrediction,
    NerPrediction,
    Prediction,
    SimilarityPrediction,
    Status,
)
from tabib.models.decoders.base import ChoiceScore, Request, Response, undecided
from tabib.models.decoders.parsing.answer import Names
from tabib.models.decoders.parsing.labels import parse_classification, parse_multilabel
from tabib.models.decoders.parsing.mcqa import parse_mcqa
from tabib.models.decoders.parsing.ner import parse_ner
from tabib.models.decoders.parsing.similarity import parse_similarity
from tabib.models.decoders.prompts import YES_NO, Prompting, completion, cut, judgement, prompt, shown_gold
from tabib.models.decoders.schemas import answer_schema
from tabib.models.thresholds import DEFAULT_THRESHOLD, decide, decide_letters

Way = Literal["generate", "choose", "judge"]

SHORT_LIST = 32
"""Labels; with more, ``scoring: auto`` asks for the name in place of scoring each."""

SCORED_TASKS = ("mcqa", "classification", "multilabel")


@dataclass(frozen=True, slots=True)
class Asker:
    """How one model is asked.

    Args:
        task: canonical name.
        labels: the label set of train and dev.
        scoring: as in the configuration.
        shots: examples that every prompt holds.
        can: what the backend can do.
        continuation: mcqa by log-likelihood: of the letters or of the options' texts.
        length_normalised: divide log-likelihoods by the number of tokens.
        max_tokens: of a generated answer.
    """

    task: str
    labels: tuple[str, ...]
    prompting: Prompting
    scoring: Literal["auto", "loglikelihood", "generate"] = "auto"
    shots: tuple[Example[Any], ...] = ()
    can: frozenset[str] = frozenset({"loglikelihood"})
    continuation: Literal["letter", "text"] = "letter"
    length_normalised: bool = False
    max_tokens: int = 256
    names: Names = field(init=False)

    def __post_init__(self) -> None:
        if self.scoring == "loglikelihood" and self.task not in SCORED_TASKS:
            raise ConfigError(
                f"backend_args.scoring: loglikelihood is for {', '.join(SCORED_TASKS)}; {self.task} needs generate"
            )
        object.__setattr__(self, "names", Names(self.labels))

    @classmethod
    def of(
        cls,
        task: str,
        labels: tuple[str, ...],
        options: PromptOptions,
        scale: tuple[float, float],
        *,
        can: frozenset[str],
        shots: tuple[Example[Any], ...] = (),
    ) -> Asker:
        """As the options say. Raises: ConfigError: the task cannot be asked like this."""
        prompting = Prompting(
            language="fr" if options.language == "auto" else options.language,
            system=options.system,
            template=options.template,
            max_labels=options.max_labels,
            max_chars=options.max_chars,
            scale=scale,
        )
        return cls(
            task,
            labels,
            prompting,
            options.scoring,
            shots,
            can,
            options.continuation,
            options.length_normalised,
            options.max_tokens,
        )

    def way(self, document: Document) -> Way:
        """How this document's answer is got."""
        if self.scoring == "generate" or "loglikelihood" not in self.can:
            return "generate"
        one_of_them = self.task == "classification" or (self.task == "mcqa" and document.single)
        if self.scoring == "loglikelihood":
            return "choose" if one_of_them else "judge"
        short = self.task == "mcqa" or len(self.labels) <= SHORT_LIST
        if "one_character" in self.can:  # a server scores letters, not texts
            short = all(len(continuation.strip()) == 1 for continuation in self.continuations(document))
        return "choose" if one_of_them and short else "generate"

    def requests(self, document: Document) -> tuple[Request, ...]:
        """One request, or one for each option or label that is judged by itself."""
        way, shots = self.way(document), self._shots(document)
        if way == "judge":
            return tuple(
                Request(
                    document.id,
                    judgement(self.task, document, about, shots, self.prompting),
                    choices=YES_NO[self.prompting.language],
                )
                for about in self._candidates(document)
            )
        messages = prompt(self.task, document, self.labels, shots, self.prompting)
        if way == "choose":
            return (Request(document.id, messages, choices=self.continuations(document)),)
        schema = answer_schema(self.task, self.labels) if "schema" in self.can else None
        return (Request(document.id, messages, max_tokens=self.max_tokens, schema=schema),)

    def answers(self, document: Document, gold: Any) -> tuple[str, ...]:
        """The right answer to each of ``requests(document)``: what a model is trained to say.

        An answer holds only what can be known from the prompt: no entity beyond ``max_chars``.
        """
        way = self.way(document)
        if way == "judge":
            yes, no = YES_NO[self.prompting.language]
            return tuple(yes if about in gold else no for about in self._candidates(document))
        if way == "choose" and self.task == "mcqa":
            return tuple(self.continuations(document)[document.letters.index(letter)] for letter in gold)
        return (completion(self.task, document, shown_gold(document, gold, self.prompting)),)

    def read(self, document: Document, responses: Sequence[Response]) -> Prediction:
        """The prediction that the responses to ``requests(document)`` mean."""
        for response in responses:
            if problem := response.error or undecided(response.choices):
                return _failed(self.task, document, problem)
        way = self.way(document)
        if way == "judge":
            prediction = self._judged(document, responses)
        elif way == "choose":
            prediction = self._chosen(document, responses[0])
        else:
            prediction = self._parsed(document, responses[0].text)
            if responses[0].finish_reason == "length":
                prediction = _noted(prediction, "stopped by max tokens 1")
        if cut(document, self.prompting) and prediction.status is Status.OK:
            whole = max(len(document.text), len(document.second))
            read = f"read {self.prompting.max_chars} of {whole} characters"
            prediction = replace(_noted(prediction, read), status=Status.TRUNCATED)
        return prediction

    def _shots(self, document: Document) -> tuple[Example[Any], ...]:
        """The examples, without the document itself: nothing is answered by its own gold."""
        asked = _content(document)
        return tuple(shot for shot in self.shots if _content(shot.document) != asked)

    def _candidates(self, document: Document) -> tuple[str, ...]:
        return document.letters if self.task == "mcqa" else self.labels

    def continuations(self, document: Document) -> tuple[str, ...]:
        """What is scored after the prompt, in the order of the options or labels."""
        if self.task == "mcqa" and self.continuation == "text":
            pairs = zip(document.letters, document.options, strict=True)
            return tuple(text.strip() or letter for letter, text in pairs)
        return self._candidates(document)

    def _chosen(self, document: Document, response: Response) -> Prediction:
        names = self._candidates(document)
        scores = dict(zip(names, probabilities(response.choices, self.length_normalised), strict=True))
        if self.task == "mcqa":
            return decide_letters(document.id, scores, DEFAULT_THRESHOLD, single=True)
        label = max(names, key=lambda name: scores[name])
        return ClassificationPrediction(document.id, label, scores[label], scores)

    def _judged(self, document: Document, responses: Sequence[Response]) -> Prediction:
        """Each option or label by its share of yes in yes and no; 0.5 is enough."""
        shares = [probabilities(response.choices, self.length_normalised)[0] for response in responses]
        scores = dict(zip(self._candidates(document), shares, strict=True))
        if self.task == "mcqa":
            return decide_letters(document.id, scores, DEFAULT_THRESHOLD, single=document.single)
        return decide(document.id, scores, DEFAULT_THRESHOLD)

    def _parsed(self, document: Document, text: str) -> Prediction:
        if self.task == "mcqa":
            return parse_mcqa(text, document)
        if self.task == "classification":
            return parse_classification(text, document.id, self.names)
        if self.task == "multilabel":
            return parse_multilabel(text, document.id, self.names)
        if self.task == "similarity":
            return parse_similarity(text, document.id, self.prompting.scale)
        read = replace(document, text=document.text[: self.prompting.max_chars])
        return parse_ner(text, read, self.names)


def probabilities(choices: Sequence[ChoiceScore], length_normalised: bool) -> list[float]:
    """Softmax over choices of their log-likelihoods, divided by their tokens if asked. They sum to 1."""
    values = [choice.log_likelihood / (max(1, choice.tokens) if length_normalised else 1) for choice in choices]
    highest = max(values)
    weights = [math.exp(value - highest) for value in values]
    total = sum(weights)
    return [weight / total for weight in weights]


def _content(document: Document) -> tuple[Any, ...]:
    return document.text, document.second, document.options


def _failed(task: str, document: Document, error: str) -> Prediction:
    """No answer, and why."""
    detail = " ".join(error.split())[:300]
    if task == "mcqa":
        return McqaPrediction(document.id, (), status=Status.FAILED, detail=detail, single=document.single)
    if task == "classification":
        return ClassificationPrediction(document.id, None, status=Status.FAILED, detail=detail)
    if task == "multilabel":
        return MultilabelPrediction(document.id, (), status=Status.FAILED, detail=detail)
    if task == "similarity":
        return SimilarityPrediction(document.id, None, Status.FAILED, detail)
    return NerPrediction(document.id, status=Status.FAILED, detail=detail)


def _noted(prediction: Prediction, note: str) -> Prediction:
    return replace(prediction, detail=f"{note}; {prediction.detail}" if prediction.detail else note)
