"""Corpora from their publishers: small invented files in the published layouts, served on loopback."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tabib.config.load import run_config_from
from tabib.data.corpus import SPLITS
from tabib.data.load import card_of, load_corpus
from tabib.data.remote import RemoteFile
from tabib.registry import corpora, resolve
from tabib.runs import receive
from tabib.runs.fetch import Item, gather
from tabib.runs.manifest import MANIFEST
from tabib.runs.publishers import RECEIVED

Files = dict[str, bytes]
Tell = Callable[[str], None]


def get(name: str, folder: Path, tell: Tell = lambda _: None, watch: receive.Watch = lambda *_: None) -> Item:
    """What becomes of a corpus that a run of a baseline needs."""
    model = "dictionary" if card_of(name).task == "ner_span" else "majority"
    config = run_config_from({"dataset": name, "model": model, "offline_dir": str(folder)}, "run.yaml")
    (item,) = gather([config], folder, tell, watch)
    return item


def zipped(files: Files) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def tarred(files: Files) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(packed.getvalue())


def as_json(rows: list[dict[str, Any]]) -> bytes:
    return json.dumps(rows).encode()


def french_questions() -> Files:
    def question(split: str, number: int) -> dict[str, Any]:
        options = {letter: f"{split} {number} option {letter}" for letter in "abcde"}
        return {
            "id": f"{split}{number}",
            "question": f"{split} {number} ?",
            "answers": options,
            "correct_answers": ["a"],
        }

    lists = {split: as_json([question(split, number) for number in range(2)]) for split in SPLITS}
    return {f"{split}.json": content for split, content in lists.items()}


def brat(label: str, *notes: str) -> tuple[bytes, bytes]:
    """A text that begins with an entity of six characters, and its annotations."""
    lines = (f"T1\t{label} 0 6\tfièvre", *notes)
    return "fièvre et toux".encode(), "".join(f"{line}\n" for line in lines).encode()


def quaero() -> Files:
    files: Files = {"QUAERO_FrenchMed/README.txt": b"as published"}
    for split in SPLITS:
        for part in ("EMEA", "MEDLINE"):
            stem = f"QUAERO_FrenchMed/corpus/{split}/{part}/{split}-{part}"
            files[f"{stem}.ann"] = brat("DISO")[1]
            files[f"{stem}.txt"] = f"fièvre de {split}".encode()
    return files


def frasimed() -> Files:
    files: Files = {}
    for folder, label, note in (
        ("CANTEMIST-FRASIMED", "morphology-onco", "#1\tICD-O-3.1 T1\t8000/1"),
        ("DISTEMIST-FRASIMED", "disease", "#1\tSNOMED T1\t386661006"),
    ):
        for number in range(20):
            text, annotations = brat(label, note)
            files[f"{folder}/case{number}.txt"] = text + f" {number}".encode()
            files[f"{folder}/case{number}.ann"] = annotations
    return files


def fracco() -> Files:
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("doc_name", "label", "code", "content", "full_span"))
    files: Files = {}
    for number in range(20):
        name = f"cc_onco{number}"
        writer.writerow((name, "expression_CIM", "8000/1", "fièvre", "0 6"))
        files[f"FRACCO/ann_txt_files/{name}.txt"] = f"fièvre de {number}".encode()
        files[f"FRACCO/ann_txt_files/{name}.ann"] = brat("expression_CIM")[1]
    return files | {"FRACCO/DetectOnco_Final.csv": table.getvalue().encode()}


def sts() -> Files:
    row = "main-news\theadlines\t2016\t{0}\t3.2\tone {0}\ttwo {0}\n"
    files = {f"stsbenchmark/sts-{split}.csv": row.format(split).encode() for split in SPLITS}
    return files | {"stsbenchmark/readme.txt": b"read me", "stsbenchmark/LICENSE.txt": b"a licence"}


def morfitt() -> Files:
    head = "identifier\tabstract\tspecialities\n"
    return {
        f"{split}.tsv": f"{head}{split}\t Un résumé de {split}.\tvirology|surgery\n".encode() for split in SPLITS
    }


def biosses() -> Files:
    head = "\t".join(("sentence_id", "sentence_1", "sentence_2", *(f"annotator_{one}" for one in "abcde")))
    return {"annotation_pairs_scores.tsv": f"{head}\n1\tCraf.\tKras.\t4\t3\t3\t3\t4\n".encode()}


def mediqal() -> Files:
    files: Files = {}
    for part in ("mcqu", "mcqm"):
        for split in ("train", "validation", "test"):
            answers = {f"answer_{letter}": f"{split} {letter}" for letter in "abcde"}
            item = {"id": f"{part}-{split}", "clinical_case": None, "question": f"{split} ?", **answers}
            right = "B" if part == "mcqu" else "A,C"
            files[f"{part}/{split}.json"] = json.dumps(item | {"correct_answers": right}).encode()
    return files


def mantra() -> Files:
    unit = (
        '<document id="d{0}"><unit id="d{0}.u1"><text>fièvre et toux {0} {1}</text>'
        '<e offset="0" len="6" grp="DISO" id="e1">fièvre</e></unit></document>'
    )
    files: Files = {"GSC-v1.1/README.txt": b"as published"}
    for source in ("EMEA", "Medline", "Patent"):
        body = "".join(unit.format(number, source) for number in range(20))
        files[f"GSC-v1.1/{source}_GSC_fr_man.xml"] = f"<Corpus>{body}</Corpus>".encode()
    return files


def of_hub(files: Files, repository: str, revision: str) -> Files:
    return {f"/datasets/{repository}/resolve/{revision}/{name}": content for name, content in files.items()}


LAYOUTS: dict[str, tuple[str, Files]] = {
    "frenchmedmcqa": (
        "frenchmedmcqa",
        of_hub(
            {"DEFT-2023-FULL.zip": zipped(french_questions())},
            "qanastek/frenchmedmcqa",
            "be9a03fde01d9f05107b14941af1ad99897691cf",
        ),
    ),
    "emea": ("QUAERO_FrenchMed/corpus", {"/QUAERO_FrenchMed_brat.zip": zipped(quaero())}),
    "fracco_icd_classification": ("FRACCO.zip", {"/records/17284817/files/FRACCO.zip": zipped(fracco())}),
    "stsbenchmark": ("stsbenchmark", {"/stswiki/images/4/48/Stsbenchmark.tar.gz": tarred(sts())}),
    "morfitt": (
        "morfitt",
        {
            f"/qanastek/MORFITT/d47a6282e8f173926f51597572966dd1ccc63c9a/{name}": content
            for name, content in morfitt().items()
        },
    ),
    "biosses": ("biosses", of_hub(biosses(), "bigbio/biosses", "f1e5518e824f5eaddfe81377a58ea18c329abb55")),
    "mediqal_mcqm": (
        "mediqal",
        of_hub(mediqal(), "ANR-MALADES/MediQAl", "5af34948a74c7b8807c476204a21149ffb00ea2c"),
    ),
    "mantra": ("GSC-v1.1", {"/cl/mantra/gsc/GSC-v1.1.zip": zipped(mantra())}),
}
"""Corpus → the place that it makes, and what its publishers serve where."""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No corpus lies in the working directory."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_corpus_loads_from_what_its_publishers_serve(
    name: str, publisher: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, files = LAYOUTS[name]
    publisher.files = files
    publisher.serves(name, monkeypatch)
    folder = tmp_path / "offline"
    item = get(name, folder)
    assert (item.state, item.place, item.detail) == ("downloaded", f"data/{place}", "")
    corpus = load_corpus(name, offline_dir=folder)
    assert corpus.test
    assert all(corpus.split(split) for split in SPLITS) or corpus.card.test_only
    assert not (folder / RECEIVED).exists()
    asked = len(publisher.asked)
    assert get(name, folder).state == "there"
    assert len(publisher.asked) == asked


def record(publisher: Any, archives: Files, *, listed: str = "list") -> None:
    """A record of Zenodo with these files, in one of the two forms that its interface has."""
    rows = []
    for name, content in archives.items():
        path = f"/api/records/8355629/files/{name}/content"
        publisher.files[path] = content
        md5 = hashlib.md5(content).hexdigest()
        link = {"self": f"{publisher.url}{path}"}
        if listed == "entries":
            link = {"content": link["self"], "self": link["self"].removesuffix("/content")}
        rows.append({"key": name, "size": len(content), "checksum": f"md5:{md5}", "links": link})
    files = rows if listed == "list" else {"entries": {row["key"]: row for row in rows}}
    publisher.files["/api/records/8355629"] = json.dumps({"id": 8355629, "files": files}).encode()


def in_folder(files: Files, folder: str) -> Files:
    return {f"{folder}{name}": content for name, content in files.items()}


def only(folder: str, *, strip: bool = False) -> Files:
    files = {name: content for name, content in frasimed().items() if name.startswith(folder)}
    return {name.partition("/")[2] if strip else name: content for name, content in files.items()}


@pytest.mark.parametrize("listed", ["list", "entries"])
@pytest.mark.parametrize(
    "archives",
    [
        {"FRASIMED.zip": zipped(in_folder(frasimed(), "FRASIMED/")), "guidelines.pdf": b"%PDF"},
        {f"{name}.zip": zipped(only(name)) for name in ("CANTEMIST-FRASIMED", "DISTEMIST-FRASIMED")},
        {f"{name}.zip": zipped(only(name, strip=True)) for name in ("CANTEMIST-FRASIMED", "DISTEMIST-FRASIMED")},
        {
            f"{name}.tar.gz": tarred(only(name, strip=True))
            for name in ("CANTEMIST-FRASIMED", "DISTEMIST-FRASIMED")
        },
    ],
    ids=[
        "one archive",
        "an archive for each part",
        "archives that are the parts",
        "other archives that are the parts",
    ],
)
def test_a_record_of_zenodo_is_asked_for_its_archives(
    archives: Files, listed: str, publisher: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(publisher, archives, listed=listed)
    publisher.serves("frasimed_distemist_norm", monkeypatch)
    assert get("frasimed_distemist_norm", tmp_path).state == "downloaded"
    assert load_corpus("frasimed_distemist_norm", offline_dir=tmp_path).train
    # The other corpora of the record are there too.
    assert get("frasimed_cantemist_norm", tmp_path).state == "there"
    assert load_corpus("frasimed_cantemist_norm", offline_dir=tmp_path).train


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b'{"status": 410}', "the answer does not list the record's files"),
        (b"[]", "the answer does not list the record's files"),
        (
            b'{"files": [{"key": "a.pdf", "links": {"self": "x"}}]}',
            r"there is no file \*\.zip or .* in the record",
        ),
    ],
)
def test_a_record_that_is_another_than_expected_is_an_error(
    answer: bytes, problem: str, publisher: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher.files["/api/records/8355629"] = answer
    publisher.serves("frasimed_distemist_norm", monkeypatch)
    item = get("frasimed_distemist_norm", tmp_path)
    assert item.state == "absent"
    assert re.search(problem, item.detail)


@pytest.fixture
def questions(publisher: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A publisher of frenchmedmcqa; ``path`` is its archive's."""
    publisher.files = dict(LAYOUTS["frenchmedmcqa"][1])
    (publisher.path,) = publisher.files
    publisher.serves("frenchmedmcqa", monkeypatch)
    return publisher


def test_the_licence_is_shown_before_anything_is_asked_for_and_stays_in_the_manifest(
    questions: Any, tmp_path: Path
) -> None:
    lines: list[tuple[str, int]] = []
    get("frenchmedmcqa", tmp_path, lambda line: lines.append((line, len(questions.asked))))
    assert lines[:2] == [
        ("corpus frenchmedmcqa", 0),
        ("  licence: Apache-2.0; see https://huggingface.co/datasets/qanastek/frenchmedmcqa", 0),
    ]
    assert lines[2][0].endswith(f"{questions.path}: 0.0 MB")
    assert any(re.search("note: .*train.* 2171", line) for line, _ in lines)  # these are not the published counts
    manifest = json.loads((tmp_path / MANIFEST).read_text(encoding="utf-8"))
    (source,) = manifest["sources"]["data/frenchmedmcqa"].items()
    content = questions.files[questions.path]
    assert source == (
        questions.url + questions.path,
        {
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "licence": "Apache-2.0",
            "licence_page": "https://huggingface.co/datasets/qanastek/frenchmedmcqa",
        },
    )
    assert sorted(manifest["data/frenchmedmcqa"]) == ["dev.json", "test.json", "train.json"]


def test_a_wrong_address_ends_in_one_message_with_the_way_by_hand(questions: Any, tmp_path: Path) -> None:
    questions.files.clear()
    item = get("frenchmedmcqa", tmp_path)
    assert item.state == "absent"
    assert item.detail.startswith(
        f"its publishers did not serve it: {questions.url}{questions.path}: HTTP 404 Not Found\n"
    )
    assert "Download DEFT-2023-FULL.zip from https://huggingface.co/datasets/qanastek/frenchmedmcqa" in item.detail
    assert len(questions.asked) == 1


def test_what_was_stopped_is_gone_on_with(questions: Any, tmp_path: Path) -> None:
    def stop(_url: str, done: int, _size: int | None) -> None:
        if done:
            raise KeyboardInterrupt

    questions.cut[questions.path] = [100]
    with pytest.raises(KeyboardInterrupt):
        get("frenchmedmcqa", tmp_path, watch=stop)
    assert not (tmp_path / "data").exists()
    assert get("frenchmedmcqa", tmp_path).state == "downloaded"
    assert questions.asked[-1].headers["range"] == "bytes=100-"


@pytest.mark.usefixtures("questions")
def test_damage_is_mended_from_the_publishers(tmp_path: Path) -> None:
    get("frenchmedmcqa", tmp_path)
    damaged = tmp_path / "data" / "frenchmedmcqa" / "dev.json"
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:-1])
    assert get("frenchmedmcqa", tmp_path).state == "downloaded"
    assert damaged.read_bytes() == whole


@pytest.mark.usefixtures("questions")
def test_damage_is_mended_where_runs_find_it(tmp_path: Path) -> None:
    """A folder that was gathered under its other name stands before the one that publishers make."""
    elsewhere = tmp_path / "data" / "FrenchMedMCQA"
    elsewhere.mkdir(parents=True)
    for name, content in french_questions().items():
        (elsewhere / name).write_bytes(content)
    folder = tmp_path / "offline"
    assert get("frenchmedmcqa", folder).place == "data/FrenchMedMCQA"
    shutil.rmtree(elsewhere)
    (folder / "data" / "FrenchMedMCQA" / "dev.json").unlink()
    item = get("frenchmedmcqa", folder)
    assert (item.state, item.place) == ("downloaded", "data/FrenchMedMCQA")
    assert load_corpus("frenchmedmcqa", offline_dir=folder).dev


def test_a_damaged_folder_that_hides_an_archive_has_to_go_first(
    publisher: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "fracco_icd_classification"
    publisher.files = LAYOUTS[name][1]
    publisher.serves(name, monkeypatch)
    for file, content in fracco().items():
        (tmp_path / "data" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / file).write_bytes(content)
    folder = tmp_path / "offline"
    assert get(name, folder).place == "data/FRACCO"
    shutil.rmtree(tmp_path / "data")
    (folder / "data" / "FRACCO" / "DetectOnco_Final.csv").unlink()
    item = get(name, folder)
    assert item.state == "absent"
    assert f"{folder / 'data' / 'FRACCO'} is damaged and stands before what its publishers serve" in item.detail
    shutil.rmtree(folder / "data" / "FRACCO")
    assert (get(name, folder).state, get(name, folder).state) == ("downloaded", "there")


def test_corpora_of_the_same_files_wait_for_them_once(
    publisher: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("frasimed_cantemist_norm", "frasimed_distemist_norm")
    for name in names:
        publisher.serves(name, monkeypatch)
    configs = [run_config_from({"dataset": name, "model": "majority"}, "run.yaml") for name in names]
    items = gather(configs, tmp_path)
    assert [item.state for item in items] == ["absent", "absent"]
    assert all("/api/records/8355629: HTTP 404 Not Found" in item.detail for item in items)
    assert len(publisher.asked) == 1


def test_a_later_download_is_compared_with_the_first(questions: Any, tmp_path: Path) -> None:
    """Nobody states a checksum of this file: what came first is what is expected."""
    get("frenchmedmcqa", tmp_path)
    train = tmp_path / "data" / "frenchmedmcqa" / "train.json"
    (tmp_path / "data" / "frenchmedmcqa" / "dev.json").unlink()
    whole = train.read_bytes()
    questions.files[questions.path] = zipped(french_questions() | {"more.txt": b"more"})
    item = get("frenchmedmcqa", tmp_path)
    assert item.state == "absent"
    assert f"{questions.url}{questions.path} serves another file than the first time: sha256 " in item.detail
    assert "dev.json" in item.detail  # what is damaged is named too
    assert train.read_bytes() == whole
    assert not any(path.is_file() for path in (tmp_path / RECEIVED).rglob("*"))


@pytest.mark.usefixtures("questions")
def test_known_checksums_are_held_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = card_of("frenchmedmcqa")
    assert card.remote is not None
    remote = replace(card.remote, contents={"test.json": "0" * 64})
    cards = resolve(corpora()["frenchmedmcqa"].target).CARDS
    monkeypatch.setitem(cards, "frenchmedmcqa", replace(card, remote=remote))
    detail = get("frenchmedmcqa", tmp_path).detail
    assert ": test.json has the sha256 " in detail
    (file,) = card.remote.files
    assert isinstance(file, RemoteFile)
    stated = replace(remote, files=(replace(file, checksum=f"md5:{'0' * 32}"),))
    monkeypatch.setitem(cards, "frenchmedmcqa", replace(card, remote=stated))
    assert f"expected md5:{'0' * 32}; it was not kept" in get("frenchmedmcqa", tmp_path).detail
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("archive", "problem"),
    [
        (b"<html>", "not a zip archive that can be read"),
        (zipped({"train.json": b"[]", "dev.json": b"[]"}), "expected test.json in one archive, found it in none"),
        (
            zipped(french_questions() | {"old/dev.json": b"[]"}),
            "expected one dev.json in the archive, found dev.json",
        ),
        (zipped(french_questions() | {"../dev.json": b"[]"}), "leads out of the archive"),
        (zipped(french_questions() | {"dev.json": b"[{]"}), "is not the corpus as it is known: "),
    ],
)
def test_what_is_not_the_corpus_is_refused_and_not_kept(
    archive: bytes, problem: str, questions: Any, tmp_path: Path
) -> None:
    questions.files[questions.path] = archive
    item = get("frenchmedmcqa", tmp_path)
    assert item.state == "absent"
    assert questions.url + questions.path in item.detail
    assert problem in item.detail
    assert not (tmp_path / "data").exists()
    questions.files[questions.path] = zipped(french_questions())  # the publishers have mended it
    assert get("frenchmedmcqa", tmp_path).state == "downloaded"


@pytest.mark.parametrize("variable", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_offline_nothing_is_tried(
    variable: str, questions: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "1")
    item = get("frenchmedmcqa", tmp_path)
    assert item.state == "absent"
    assert item.detail.startswith("HF_HUB_OFFLINE is set, so its publishers were not asked; the corpus")
    assert questions.asked == []


def test_what_lies_on_this_machine_is_copied_and_its_publishers_are_not_asked(
    questions: Any, tmp_path: Path
) -> None:
    for name, content in french_questions().items():
        (tmp_path / "data" / "frenchmedmcqa" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / "frenchmedmcqa" / name).write_bytes(content)
    assert get("frenchmedmcqa", tmp_path / "offline").state == "gathered"
    assert questions.asked == []


def test_a_corpus_that_is_not_served_to_everybody_says_how_to_get_it(publisher: Any, tmp_path: Path) -> None:
    item = get("essai", tmp_path)
    assert item.state == "absent"
    assert "Sign the data use agreement" in item.detail
    assert publisher.asked == []


@pytest.mark.slow
@pytest.mark.corpora
def test_the_real_frasimed_loads_from_a_record(
    publisher: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, real_corpora: Path
) -> None:
    folder = real_corpora / "FRASIMED"
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.glob("*/*"))}
    record(publisher, {"FRASIMED.zip": zipped(in_folder(files, "FRASIMED/"))})
    publisher.serves("frasimed_distemist", monkeypatch)
    lines: list[str] = []
    assert get("frasimed_distemist", tmp_path, lines.append).state == "downloaded"
    assert [line for line in lines if "note:" in line] == []


@pytest.mark.slow
@pytest.mark.corpora
@pytest.mark.parametrize("name", ["frenchmedmcqa", "fracco_icd_classification", "emea", "stsbenchmark", "morfitt"])
def test_the_real_corpora_load_from_archives_as_they_are_published(
    name: str, publisher: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, real_corpora: Path
) -> None:
    place, files = LAYOUTS[name]
    folder, prefix = {
        "frenchmedmcqa": ("frenchmedmcqa", ""),
        "fracco_icd_classification": ("FRACCO", "FRACCO/"),
        "emea": ("quaero/corpus", "QUAERO_FrenchMed/corpus/"),
        "stsbenchmark": ("stsbenchmark", "stsbenchmark/"),
        "morfitt": ("morfitt", ""),
    }[name]
    real = {
        f"{prefix}{path.relative_to(real_corpora / folder).as_posix()}": path.read_bytes()
        for path in sorted((real_corpora / folder).rglob("*"))
        if path.is_file()
    }
    for path in files:
        pack = tarred if path.endswith(".gz") else zipped
        publisher.files[path] = pack(real) if path.endswith((".zip", ".gz")) else real[path.rpartition("/")[2]]
    publisher.serves(name, monkeypatch, real=True)
    lines: list[str] = []
    item = get(name, tmp_path, lines.append)
    assert (item.state, item.place, item.detail) == ("downloaded", f"data/{place}", "")
    assert [line for line in lines if "note:" in line] == []
