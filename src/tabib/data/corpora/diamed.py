"""DiaMED (Labrak et al. 2024, DrBenchmark): French clinical cases with the ICD-10 chapter of the diagnosis."""

from __future__ import annotations

from pathlib import Path

from tabib.core.examples import Document, Example
from tabib.data.corpora.parts import knowing_overlap
from tabib.data.corpus import SPLITS, Card, Corpus
from tabib.data.formats.json_items import read_json_list

_FILES = {"train": "train", "dev": "validation", "test": "test"}
_NOT_ANNOTATED = ("Plusieurs cas cliniques", "Aucune annotation")
"""What stands in the place of a chapter where a case has none; or no text does, or "nan"."""

CARDS = {
    "diamed": Card(
        name="diamed",
        task="classification",
        languages=("fr",),
        licence="CC BY 4.0",
        citation="Labrak Y., Bazoge A., El Khettari O., Rouvier M., Constant dit Beaufils P., Grabar N., Daille"
        " B., Quiniou S., Morin E., Gourraud P.-A., Dufour R. DrBenchmark: A Large Language Understanding"
        " Evaluation Benchmark for French Biomedical Domain. LREC-COLING 2024.",
        access="Download data.zip from https://huggingface.co/datasets/DrBenchmark/DiaMED and put its folder"
        " splits (train.json, validation.json, test.json) into a folder named diamed.",
        folders=("diamed", "DiaMED"),
        labels=(
            "A00-B99 Certain infectious and parasitic diseases",
            "C00-D49 Neoplasms",
            "D50-D89 Diseases of the blood and blood-forming organs and certain disorders involving the immune"
            " mechanism",
            "E00-E89 Endocrine, nutritional and metabolic diseases",
            "F01-F99 Mental, Behavioral and Neurodevelopmental disorders",
            "G00-G99 Diseases of the nervous system",
            "H00-H59 Diseases of the eye and adnexa",
            "H60-H95 Diseases of the ear and mastoid process",
            "I00-I99 Diseases of the circulatory system",
            "J00-J99 Diseases of the respiratory system",
            "K00-K95 Diseases of the digestive system",
            "L00-L99 Diseases of the skin and subcutaneous tissue",
            "M00-M99 Diseases of the musculoskeletal system and connective tissue",
            "N00-N99 Diseases of the genitourinary system",
            "O00-O9A Pregnancy, childbirth and the puerperium",
            "P00-P96 Certain conditions originating in the perinatal period",
            "Q00-Q99 Congenital malformations, deformations and chromosomal abnormalities",
            "R00-R99 Symptoms, signs and abnormal clinical and laboratory findings, not elsewhere classified",
            "S00-T88 Injury, poisoning and certain other consequences of external causes",
            "U00-U85 Codes for special purposes",
            "V00-Y99 External causes of morbidity",
            "Z00-Z99 Factors influencing health status and contact with health services",
        ),
        statistics={
            "train": {"documents": 509, "annotations": 509},
            "dev": {"documents": 76, "annotations": 76},
            "test": {"documents": 154, "annotations": 154},
        },
        summary="clinical cases, the ICD-10 chapter of the diagnosis (22)",
    )
}


def load(name: str, folder: Path) -> Corpus:
    """Read the three lists; cases that were not annotated are passed over, and a note counts them."""
    card = CARDS[name]
    place = folder / "splits" if (folder / "splits").is_dir() else folder
    (train, skipped_train), (dev, skipped_dev), (test, skipped_test) = (
        _read(place / f"{_FILES[split]}.json", card) for split in SPLITS
    )
    skipped = skipped_train + skipped_dev + skipped_test
    notes = (f"{skipped} cases are published without a chapter and are left out",) if skipped else ()
    return knowing_overlap(Corpus(card, train, dev, test, notes=notes))


def _read(path: Path, card: Card) -> tuple[tuple[Example[str], ...], int]:
    examples = []
    items = read_json_list(path)
    for item in items:
        value = item.get("icd-10")
        if not isinstance(value, str) or value == "nan" or any(mark in value for mark in _NOT_ANNOTATED):
            continue
        label = " ".join(value.split())
        if label not in card.labels:
            raise item.error(f"unknown chapter {value!r}; expected one like {card.labels[0]!r}")
        examples.append(Example(Document(item.id("identifier"), item.text("clinical_case")), label))
    return tuple(examples), len(items) - len(examples)
