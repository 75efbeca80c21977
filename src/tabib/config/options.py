"""``backend_args`` of each model family. The registry names the schema that goes with a model."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from tabib.config.backends import BackendOptions
from tabib.config.names import CorpusName
from tabib.config.schema import Schema

AttentionName = Literal["flash_attention_2", "sdpa", "eager"]
_ATTENTION = (
    "null: what the library chooses for the model; one that cannot be had gives way to the best that can, with a"
    " warning, and the record holds both"
)


class NoOptions(Schema):
    """A model without settings."""


class TfidfOptions(Schema):
    """TF-IDF over word 1–2-grams and character 2–5-grams, with logistic regression."""

    c: float = Field(default=10.0, gt=0, description="inverse strength of the L2 regularisation")
    max_features: int = Field(default=100_000, ge=100, description="most frequent n-grams kept, per kind")


class DictionaryOptions(Schema):
    """Look-up of the training entities."""

    min_precision: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="keep a form if at least this share of its occurrences in train is one",
    )
    lowercase: bool = Field(default=True, description="a form is found in any case")
    strip_accents: bool = Field(default=False, description="a form is found with or without its accents")


class EncoderOptions(Schema):
    """Settings that every head over a pretrained encoder has."""

    max_length: int = Field(default=512, ge=8, description="sub-tokens of one window, special ones included")
    attn_implementation: AttentionName | None = Field(default=None, description=_ATTENTION)
    gradient_checkpointing: bool = False
    dropout: float = Field(default=0.1, ge=0, lt=1)


class WordOptions(EncoderOptions):
    """Settings of the heads that read a document word by word: the same defaults, so that they compare."""

    unit: Literal["sentence", "document"] = Field(
        default="sentence", description="what a row of a batch holds, as far as max_length allows"
    )
    row_words: int = Field(default=32, ge=0, description="short sentences are joined up to this many words")
    stride: int = Field(
        default=128, ge=0, description="sub-tokens that neighbouring windows share; at most half a window counts"
    )


class TokenNerOptions(WordOptions):
    """Token classification over IOB2 tags."""


class SpanNerOptions(WordOptions):
    """Encoder, BiLSTM, one CRF per label and a span scorer, after nlstruct (Wajsbürt 2021)."""

    dropout: float = Field(default=0.4, ge=0, lt=1)
    max_span_length: int = Field(default=40, ge=1, description="longest entity, in words")
    use_crf: bool = True
    lstm_hidden_size: int = Field(
        default=400, ge=2, multiple_of=2, description="both directions together, as in nlstruct"
    )
    lstm_layers: int = Field(default=3, ge=0, description="0 for no BiLSTM")
    biaffine_size: int = Field(default=150, ge=1, description="size of the begin and end projections, per label")
    layer_mix: int = Field(default=1, ge=1, le=24, description="last encoder layers whose learned mix is read")
    nested_within_label: bool = Field(
        default=False,
        description="keep overlapping spans of one label that the span scorer accepts, if one holds the other",
    )
    threshold: float = Field(default=0.5, gt=0, lt=1)


class TextOptions(EncoderOptions):
    """Classification of whole documents; the multilabel settings have an effect for that task only."""

    pooling: Literal["cls", "mean", "max"] = "mean"
    class_weights: Literal["none", "balanced"] = Field(default="none", description="classification only")
    positive_weight_cap: float | None = Field(
        default=None,
        ge=1,
        description="multilabel: weight positives by negatives/positives, at most this; null: off",
    )
    focal_gamma: float = Field(default=0.0, ge=0, description="multilabel: exponent of the focal loss; 0 is BCE")
    tune_threshold: bool = Field(default=True, description="multilabel: choose the threshold on dev (else 0.5)")
    at_least_one_label: bool = Field(default=False, description="multilabel: never answer with no label")


class PairOptions(EncoderOptions):
    """Regression over a pair of texts that are read together."""

    pooling: Literal["cls", "mean", "max"] = "mean"


class BiEncoderOptions(EncoderOptions):
    """The cosine of two texts that are read apart, trained."""

    pooling: Literal["cls", "mean", "max"] = "mean"
    dropout: float = Field(default=0.0, ge=0, lt=1, description="of the pooled vectors")


class SentenceCosineOptions(Schema):
    """The cosine of two texts that are read apart, as the weights are."""

    max_length: int = Field(default=256, ge=8, description="sub-tokens of one text, special ones included")
    pooling: Literal["cls", "mean", "max"] | None = Field(
        default=None, description="null: what the weights' 1_Pooling/config.json says, else mean"
    )
    attn_implementation: AttentionName | None = Field(default=None, description=_ATTENTION)


class ChoiceOptions(EncoderOptions):
    """A score for each option of a question, read together with it."""

    pooling: Literal["cls", "mean", "max"] = "mean"
    tune_threshold: bool = Field(
        default=True, description="questions with several right options: choose the threshold on dev (else 0.5)"
    )


class PromptOptions(Schema):
    """How a language model is asked in words, and how its weights are read where they are here."""

    scoring: Literal["auto", "loglikelihood", "generate"] = Field(
        default="auto",
        description="auto: log-likelihoods for questions with one answer and for short label lists, else text",
    )
    continuation: Literal["letter", "text"] = Field(
        default="letter", description="mcqa by log-likelihood: of an option's letter, or of its text"
    )
    length_normalised: bool = Field(
        default=False, description="divide a log-likelihood by the tokens of the continuation"
    )
    language: Literal["fr", "en", "auto"] = Field(
        default="auto", description="of the prompt; auto: the corpus's, else French"
    )
    system: str | None = Field(default=None, description="a system message before the prompt")
    template: str | None = Field(
        default=None, description="a Jinja template of one turn of the user's, in place of the shipped one"
    )
    max_labels: int = Field(default=100, ge=0, description="a longer label list is left out of the prompt")
    max_chars: int | None = Field(
        default=None, ge=1, description="of a text in the prompt; the rest is cut off, and the status says so"
    )
    scale: tuple[float, float] | None = Field(
        default=None, description="similarity: lowest and highest value; null: those of train, else 0 to 5"
    )
    max_tokens: int = Field(default=256, ge=1, description="of a generated answer")
    batch_tokens: int = Field(default=8192, ge=1, description="sub-tokens of one batch, padding included")
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = Field(
        default="auto", description="auto: as the weights were saved on a GPU, float32 on the CPU"
    )
    attn_implementation: AttentionName | None = Field(default=None, description=_ATTENTION)

    @field_validator("scale", mode="before")
    @classmethod
    def _two_numbers(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value


class LlmOptions(PromptOptions, BackendOptions):
    """A language model that is asked in words, with the weights as they are."""

    operational: ClassVar[tuple[str, ...]] = (
        *("api_key_env", "concurrency", "timeout", "max_tries", "max_response_bytes"),
        *("gpu_memory_utilization", "tensor_parallel_size"),
        *("price_prompt", "price_completion", "budget_cost", "budget_tokens"),
    )
    """Settings that say how answers are got, not which: a run goes on where they are changed."""

    served_model: str | None = Field(
        default=None, description="the model's name on the server (openai); null: model_name_or_path"
    )
    shots: int = Field(default=0, ge=0, le=64, description="examples in the prompt, drawn from train")
    shots_from: CorpusName | None = Field(
        default=None, description="another corpus of the same task whose train gives the examples; null: its own"
    )

    @property
    def remote(self) -> bool:
        """Whether the weights are on a server, so that none are looked for here."""
        return self.backend == "openai"

    @property
    def extras(self) -> tuple[tuple[str, str], ...]:
        """Optional packages that it cannot do without, each with the extra that installs it."""
        return (("vllm", "vllm"),) if self.backend == "vllm" and self.backend_fallback is None else ()


class LoraOptions(PromptOptions):
    """A language model trained on the right answers to its prompts, by adapters of low rank (Hu et al. 2022)."""

    method: Literal["lora", "dora", "qlora"] = Field(
        default="lora",
        description="dora: with learned magnitudes (Liu et al. 2024); qlora: over weights in 4-bit NF4 (Dettmers"
        " et al. 2023)",
    )
    r: int = Field(default=16, ge=1, description="rank of the adapters")
    lora_alpha: int = Field(default=32, ge=1, description="adapters count alpha/r times, with rslora alpha/√r")
    lora_dropout: float = Field(default=0.05, ge=0, lt=1, description="of the adapters' input")
    use_rslora: bool = False
    target_modules: Literal["all-linear"] | tuple[str, ...] = Field(
        default="all-linear",
        description="names of the layers that get adapters; all-linear: all but the output layer",
    )
    modules_to_save: tuple[str, ...] = Field(
        default=(), description="names of layers that are trained in full, such as embed_tokens or lm_head"
    )
    max_length: int = Field(
        default=2048, ge=8, description="sub-tokens of a prompt with its answer in training; longer ones are lost"
    )
    gradient_checkpointing: bool = False
    merge: bool = Field(
        default=False, description="also save the weights with the adapters merged in, in the folder merged"
    )

    @field_validator("target_modules", "modules_to_save", mode="before")
    @classmethod
    def _names(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    @property
    def extras(self) -> tuple[tuple[str, str], ...]:
        """Optional packages that it cannot do without, each with the extra that installs it."""
        extra = "qlora" if self.method == "qlora" else "lora"
        return (("peft", extra), ("bitsandbytes", extra)) if self.method == "qlora" else (("peft", extra),)
