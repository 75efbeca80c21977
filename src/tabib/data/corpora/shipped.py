"""What the cards of the shipped corpora have in common."""

from __future__ import annotations

from tabib.data.corpus import SPLITS, Card


def shipped_card(
    name: str,
    task: str,
    language: str,
    labels: tuple[str, ...],
    *,
    documents: tuple[int, int, int],
    annotations: tuple[int, int, int] | None = None,
    summary: str,
) -> Card:
    """The card of a corpus that the package carries in ``data/shipped``.

    Args:
        documents, annotations: of train, dev and test; as many annotations as documents where left out.
    """
    return Card(
        name=name,
        task=task,
        languages=(language,),
        licence="MIT, as this package",
        citation="written and generated for tabib; nothing in it is about a real person",
        access="It is part of the package: reinstall tabib, or write it with python -m tabib.data.generate OUT.",
        folders=(name,),
        labels=labels,
        statistics={
            split: {"documents": n_documents, "annotations": n_annotations}
            for split, n_documents, n_annotations in zip(SPLITS, documents, annotations or documents, strict=True)
        },
        summary=summary,
    )
