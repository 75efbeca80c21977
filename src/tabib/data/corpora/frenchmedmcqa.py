"""FrenchMedMCQA (Labrak et al. 2022): questions of French pharmacy exams, one to five of five options right.

Whether a question has one right option or several is written (``type``) for train and dev only, and the number of
right options is gold: so no question says that it has one (``Document.single``).
"""

from __future__ import annotations

from pathlib import Path

from tabib.core.examples import Example
from tabib.data.corpora.questions import Questions, make_question
from tabib.data.corpus import SPLITS, Card, Corpus
from tabib.data.formats.json_items import Item, read_json_list
from tabib.data.remote import Remote, RemoteFile, as_named

_OPTIONS = ("a", "b", "c", "d", "e")
_HUB = "https://huggingface.co/datasets/qanastek/frenchmedmcqa"
_REMOTE = Remote(
    place="frenchmedmcqa",
    licence_page=_HUB,
    files=(
        RemoteFile(
            f"{_HUB}/resolve/be9a03fde01d9f05107b14941af1ad99897691cf/DEFT-2023-FULL.zip",
            unpack=as_named("train.json", "dev.json", "test.json"),
            checksum="sha256:58724ce1ac97b01b89ad5a6d4d1d9b9de3379d36feaaa11058d88aad8a2af4c9",
        ),
    ),
)

CARDS = {
    "frenchmedmcqa": Card(
        name="frenchmedmcqa",
        task="mcqa",
        languages=("fr",),
        licence="Apache-2.0",
        citation="Labrak Y., Bazoge A., Dufour R., Daille B., Gourraud P.-A., Morin E., Rouvier M. FrenchMedMCQA:"
        " A French Multiple-Choice Question Answering Dataset for Medical domain. LOUHI 2022.",
        access=f"Download DEFT-2023-FULL.zip from {_HUB} and put train.json, dev.json and test.json, which are in"
        " it, into a folder named frenchmedmcqa.",
        folders=("frenchmedmcqa", "FrenchMedMCQA"),
        remote=_REMOTE,
        labels=("A", "B", "C", "D", "E"),
        statistics={
            "train": {"documents": 2171, "annotations": 5159},
            "dev": {"documents": 312, "annotations": 597},
            "test": {"documents": 622, "annotations": 1197},
        },
        summary="questions of pharmacy exams, five options, one or several right",
    )
}


def load(name: str, folder: Path) -> Corpus:
    """Read the three lists; options are lettered by their own letters, whatever their order in the file."""
    seen: dict[str, int] = {}
    train, dev, test = (_read(folder / f"{split}.json", seen) for split in SPLITS)
    repeated = sum(times - 1 for times in seen.values())
    notes = (f"{repeated} question is there twice; the second has '#2' after its identifier",) if repeated else ()
    return Corpus(CARDS[name], train, dev, test, notes=notes)


def _read(path: Path, seen: dict[str, int]) -> Questions:
    return tuple(_question(item, seen) for item in read_json_list(path))


def _question(item: Item, seen: dict[str, int]) -> Example[tuple[str, ...]]:
    id = item.id()
    seen[id] = seen.get(id, 0) + 1
    options = item.get("answers")
    if not isinstance(options, dict) or sorted(options) != list(_OPTIONS):
        raise item.error("the field 'answers' must have the options a, b, c, d and e")
    if any(not isinstance(option, str) for option in options.values()):
        raise item.error("the options of 'answers' must be texts")
    return make_question(
        id if seen[id] == 1 else f"{id}#{seen[id]}",
        item.text("question"),
        [options[letter] for letter in _OPTIONS],
        [letter.upper() for letter in item.texts("correct_answers")],
        item.error,
    )
