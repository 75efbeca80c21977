"""A language model trained on the right answers to its prompts: supervised fine-tuning of adapters."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from torch import Tensor

from tabib.config.options import LoraOptions
from tabib.core.errors import ModelError
from tabib.core.examples import Document, Example, LossReason, Lost
from tabib.core.predictions import Prediction
from tabib.models.backbone import checkpoint_activations
from tabib.models.base import Progress
from tabib.models.decoders.answering import answer, count_outcomes, outcome_notes, scale_of
from tabib.models.decoders.asking import Asker
from tabib.models.decoders.backends.causal import Causal
from tabib.models.decoders.backends.transformers import TransformersBackend
from tabib.models.decoders.base import Request, Response
from tabib.models.decoders.ledger import Ledger
from tabib.models.decoders.lora import adapters
from tabib.models.decoders.lora.rows import AnswerRow, RowEncoder, answer_loss, collate
from tabib.models.decoders.prompts import check_template
from tabib.models.decoders.store import complete_with
from tabib.models.trainable import Batch, Encoded, Output, Trainable

FILE = "lora.json"
ADAPTER = "adapter"
MERGED = "merged"


class LoraSft(Trainable):
    """Asked as ``llm`` is, with no examples in the prompt, after its adapters were trained on the same prompts.

    Args:
        weights: the folder of the model that the adapters are for.
        base: what ``load_base`` read there.
        adapted: the ``PeftModel`` around ``base.model``.
    """

    options: LoraOptions

    def __init__(
        self, task: str, labels: Sequence[str], options: LoraOptions, weights: Path, base: Causal, adapted: Any
    ) -> None:
        super().__init__(task, labels, options)
        self.weights = weights
        self.base = base
        self.adapted = adapted
        self.scale = scale_of(task, options.scale, ())
        self.counts: Counter[str] = Counter()
        self._remarks: tuple[str, ...] = ()
        self.ledger = Ledger(weights.name)
        self.backend = TransformersBackend(
            base.model, base.tokenizer, base.identity, batch_tokens=options.batch_tokens
        )
        self.rows = RowEncoder(base.tokenizer, base.model.generation_config.eos_token_id or ())
        self.longest = min(options.max_length, self.backend.longest)
        self.asker()  # refuses what the task cannot be asked by
        self.eval()

    @classmethod
    def build(
        cls,
        task: str,
        labels: Sequence[str],
        options: Any,
        *,
        weights: Path | None,
        seed: int,  # noqa: ARG003 - adapters are drawn from torch's generator
    ) -> Self:
        assert weights is not None, "adapters are for pretrained weights"
        if options.template is not None:
            check_template(options.template)
        base = adapters.load_base(weights, options)
        adapted = adapters.add_adapters(base.model, options)
        if options.gradient_checkpointing:
            checkpoint_activations(base.model)
        return cls(task, labels, options, weights, base, adapted)

    def asker(self) -> Asker:
        """How documents are asked about, in training and after it."""
        return Asker.of(self.task, self.labels, self.options, self.scale, can=self.backend.can)

    # What the loop asks for ------------------------------------------------------------------------------

    def prepare(self, train: Sequence[Example[Any]]) -> None:
        self.scale = scale_of(self.task, self.options.scale, train)

    def encode(self, documents: Sequence[Document], gold: Sequence[Any] | None = None) -> Encoded:
        """A row for each prompt about each document. A prompt that is too long with its answer is lost."""
        assert gold is not None, "rows are for training; documents without gold are asked about"
        asker = self.asker()
        encoded = Encoded([])
        prompts, unread, unsaid = 0, 0, 0
        for index, (document, value) in enumerate(zip(documents, gold, strict=True)):
            requests, answers = asker.requests(document), asker.answers(document, value)
            rows = [
                self.rows.row(index, request.messages, answer, scored=bool(request.choices))
                for request, answer in zip(requests, answers, strict=True)
            ]
            prompts += len(rows)
            unread += sum(row.length > self.longest for row in rows)
            unsaid += sum(
                row.answer > request.max_tokens and not request.choices
                for row, request in zip(rows, requests, strict=True)
            )
            fitting = [row for row in rows if row.length <= self.longest]
            encoded.features.extend(fitting)
            if len(fitting) < len(rows):
                encoded.lost.extend(Lost(document.id, name, LossReason.BEYOND_WINDOW) for name in _names(value))
        self._remarks = _remarks(prompts, unread, unsaid, self.longest, self.options.max_tokens)
        return encoded

    def remarks(self) -> tuple[str, ...]:
        return self._remarks

    def collate(self, features: Sequence[AnswerRow]) -> Batch:
        return collate(features, self.base.model.generation_config.pad_token_id)

    def forward(self, batch: Batch) -> Output:
        """``logits``: (tokens of answers, vocabulary)."""
        self.base.attention.choose(self.base.model, training=self.training)
        return Output(*answer_loss(self.base.model, batch))

    def loss_weight(self, features: Sequence[AnswerRow]) -> float:
        """Tokens of answers."""
        return float(sum(row.answer for row in features))

    def state(self) -> dict[str, Any]:
        return {"scale": list(self.scale)}

    def restore(self, state: dict[str, Any]) -> None:
        low, high = state["scale"]
        self.scale = (low, high)

    def learnt(self) -> dict[str, Tensor]:
        """The adapters alone."""
        return {name: parameter for name, parameter in self.named_parameters() if parameter.requires_grad}

    def load_learnt(self, weights: Mapping[str, Tensor]) -> None:
        own = self.learnt()
        if own.keys() != weights.keys():
            raise ModelError("the saved adapters are for other layers than those of this model")
        self.load_state_dict(weights, strict=False)

    def parameter_counts(self) -> tuple[int, int]:
        return adapters.parameter_counts(self.adapted)

    # Prediction ------------------------------------------------------------------------------------------

    def predict(self, documents: Sequence[Document], progress: Progress | None = None) -> list[Prediction]:
        was_training = self.training
        self.eval()
        self.ledger = Ledger(self.weights.name)
        self.base.attention.choose(self.base.model, training=False)
        try:
            predictions = answer(self.asker(), documents, self._complete, progress)
        finally:
            self.train(was_training)
        self.counts = count_outcomes(predictions)
        return predictions

    def _complete(self, requests: Sequence[Request]) -> Iterable[tuple[int, Response]]:
        return complete_with(None, self.backend, requests, self.ledger)

    @property
    def notes(self) -> tuple[str, ...]:
        return (*self.backend.remarks, *outcome_notes(self.counts))

    @property
    def attention(self) -> Mapping[str, str | None]:
        return self.base.attention.to_json()

    @property
    def tokens(self) -> Mapping[str, int]:
        """Of the last predictions."""
        usage = self.ledger.usage
        return {"prompt": usage.prompt_tokens, "completion": usage.completion_tokens}

    # On disk ---------------------------------------------------------------------------------------------

    def save(self, folder: Path) -> None:
        """The adapters in peft's format, the settings, and with ``merge`` a model that needs no adapters."""
        adapters.save_adapters(self.adapted, self.base.tokenizer, self.weights, folder / ADAPTER)
        row = {
            "task": self.task,
            "labels": list(self.labels),
            "options": self.options.model_dump(mode="json"),
            "weights": str(self.weights.resolve()),
            "identity": dict(self.base.identity),
            "state": self.state(),
        }
        (folder / FILE).write_text(json.dumps(row, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        if self.options.merge:
            adapters.merge(self.weights, folder / ADAPTER, self.options, folder / MERGED)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """What ``save`` wrote. Raises: ModelError: the weights below the adapters are gone, or are others now."""
        row = json.loads((folder / FILE).read_text(encoding="utf-8"))
        options = LoraOptions.model_validate_json(json.dumps(row["options"]))
        weights = Path(row["weights"])
        if not (weights / "config.json").is_file():
            raise ModelError(
                f"the adapters in {folder} are for the model in {weights}, which is no longer there: put it back,"
                " or a link to it"
            )
        base = adapters.load_base(weights, options)
        if part := adapters.same_base(row["identity"], base.identity):
            raise ModelError(f"the {part} in {weights} are not those that the adapters in {folder} were made for")
        adapted = adapters.load_adapters(base.model, folder / ADAPTER)
        model = cls(row["task"], row["labels"], options, weights, base, adapted)
        model.restore(row["state"])
        return model


def _remarks(prompts: int, unread: int, unsaid: int, longest: int, max_tokens: int) -> tuple[str, ...]:
    found = []
    if unread:
        found.append(
            f"{unread} of {prompts} prompts are longer than {longest} tokens with their answer: not learnt"
        )
    if unsaid:
        found.append(
            f"{unsaid} of {prompts} right answers are longer than max_tokens ({max_tokens}): they are learnt, but"
            " will be cut off in prediction"
        )
    return tuple(found)


def _names(gold: Any) -> list[str]:
    """What a gold value consists of, one name for each annotation."""
    if isinstance(gold, tuple):
        return [item if isinstance(item, str) else item.label for item in gold]
    return [gold if isinstance(gold, str) else "value"]
