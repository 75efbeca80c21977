"""Examples of the prompt: seeded, and with as many labels as they can hold."""

from __future__ import annotations

from tabib.core.examples import Document, Example
from tabib.models.decoders.shots import draw_shots

TRAIN = [Example(Document(f"d{n}", "x"), "common" if n % 10 else f"rare {n}") for n in range(60)]


def test_the_seed_decides() -> None:
    drawn = draw_shots(TRAIN, 5, seed=1)
    assert drawn == draw_shots(TRAIN, 5, seed=1)
    assert drawn != draw_shots(TRAIN, 5, seed=2)
    assert len({shot.id for shot in drawn}) == 5


def test_every_label_is_shown_before_one_is_shown_again() -> None:
    assert len({shot.gold for shot in draw_shots(TRAIN, 7, seed=0)}) == 7


def test_texts_without_entities_come_last() -> None:
    from tabib.core.spans import Entity

    train = [Example(Document(f"d{n}", "xy"), (Entity.of("A", 0, 1),) if n == 7 else ()) for n in range(20)]
    assert draw_shots(train, 3, seed=0)[0].id == "d7"


def test_there_are_no_more_than_train_has() -> None:
    assert len(draw_shots(TRAIN[:2], 5, seed=0)) == 2
    assert draw_shots([], 5, seed=0) == ()
