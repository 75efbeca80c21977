"""What was answered once is not asked again, whatever happened to the process or the file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tabib.core.errors import BudgetError, ModelError
from tabib.models.decoders.base import Backend, ChoiceScore, Message, Request, Response
from tabib.models.decoders.ledger import Ledger
from tabib.models.decoders.store import ResponseStore, cache_folder, complete_with, request_key

IDENTITY = {"backend": "echo", "model": "org/Model 1"}


def ask(prompt: str, **options: Any) -> Request:
    return Request(options.pop("id", prompt), (Message("user", prompt),), **options)


class Echo(Backend):
    """Answers with the prompt; with an error where it holds ``bad``."""

    name = "echo"
    can = frozenset()
    identity = IDENTITY

    def __init__(self) -> None:
        self.asked: list[str] = []

    def complete(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        for index, request in reversed(list(enumerate(requests))):
            prompt = request.messages[-1].content
            self.asked.append(prompt)
            if "bad" in prompt:
                yield index, Response(error="out of order", counted=False)
            else:
                yield index, Response(prompt.upper(), prompt_tokens=8, completion_tokens=2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ResponseStore]:
    with ResponseStore(tmp_path, IDENTITY) as store:
        yield store


class TestKeys:
    BASE = ask("q", choices=("A", "B"), max_tokens=5, stop=(".",), schema={"type": "object"})

    @pytest.mark.parametrize(
        "change",
        [
            {"messages": (Message("user", "other"),)},
            {"messages": (Message("system", "q"),)},
            {"messages": (Message("user", "q"), Message("user", ""))},
            {"choices": ("B", "A")},
            {"max_tokens": 6},
            {"stop": ()},
            {"schema": None},
            {"schema": {"type": "array"}},
        ],
    )
    def test_whatever_an_answer_depends_on_changes_the_key(self, change: dict[str, Any]) -> None:
        assert request_key(IDENTITY, replace(self.BASE, **change)) != request_key(IDENTITY, self.BASE)

    def test_so_does_the_backend(self) -> None:
        assert request_key(IDENTITY | {"model": "m2"}, self.BASE) != request_key(IDENTITY, self.BASE)

    def test_the_document_does_not(self) -> None:
        assert request_key(IDENTITY, replace(self.BASE, id="other")) == request_key(IDENTITY, self.BASE)


class TestFile:
    def test_answers_come_back_as_they_were(self, tmp_path: Path) -> None:
        responses = {
            "a": Response("été\u2028\n😀", finish_reason="length", prompt_tokens=3, completion_tokens=4),
            "b": Response(choices=(ChoiceScore(-1.25, 2), ChoiceScore(-0.1, 1))),
            "c": Response("{}", constrained=True, counted=False),
            "d": Response(""),
        }
        with ResponseStore(tmp_path, IDENTITY) as store:
            for key, response in responses.items():
                store.put(key, response)
        with ResponseStore(tmp_path, IDENTITY) as store:
            assert {key: store.get(key) for key in responses} == responses
            assert store.get("e") is None

    def test_errors_are_not_kept(self, store: ResponseStore) -> None:
        store.put("a", Response(error="HTTP 500"))
        assert store.get("a") is None
        assert len(store) == 0

    def test_prompts_are_not_written(self, store: ResponseStore) -> None:
        list(complete_with(store, Echo(), [ask("the patient's name")]))
        assert len(store) == 1
        assert "the patient's name" not in store.path.read_text()

    def test_another_backend_has_a_file_of_its_own(self, tmp_path: Path, store: ResponseStore) -> None:
        store.put("a", Response("x"))
        with ResponseStore(tmp_path, IDENTITY | {"temperature": 1.0}) as other:
            assert other.get("a") is None
            assert other.path != store.path
        assert store.path.name.startswith("org-Model-1-")

    @pytest.mark.parametrize("cut", range(1, 60, 7))
    def test_a_line_that_a_kill_cut_short_is_skipped(self, tmp_path: Path, cut: int) -> None:
        with ResponseStore(tmp_path, IDENTITY) as store:
            store.put("a", Response("first"))
            store.put("b", Response("second"))
        store.path.write_bytes(store.path.read_bytes()[:-cut])
        with ResponseStore(tmp_path, IDENTITY) as store:
            assert store.get("a") == Response("first")
            store.put("b", Response("again"))
            store.put("c", Response("third"))
        with ResponseStore(tmp_path, IDENTITY) as store:
            assert [store.get(key) for key in "abc"] == [Response("first"), Response("again"), Response("third")]

    def test_damage_in_the_middle_costs_one_answer(self, tmp_path: Path) -> None:
        with ResponseStore(tmp_path, IDENTITY) as store:
            for key in "abc":
                store.put(key, Response(key))
        lines = store.path.read_bytes().split(b"\n")
        lines[2] = b"\x00\xff" * 10
        store.path.write_bytes(b"\n".join(lines))
        with ResponseStore(tmp_path, IDENTITY) as store:
            assert [store.get(key) for key in "abc"] == [Response("a"), None, Response("c")]

    def test_a_second_process_sees_what_the_first_wrote(self, tmp_path: Path, store: ResponseStore) -> None:
        with ResponseStore(tmp_path, IDENTITY) as other:
            other.put("a", Response("x"))
        store.refresh()
        assert store.get("a") == Response("x")

    def test_several_processes_write_at_a_time(self, tmp_path: Path) -> None:
        code = (
            "import sys\nfrom pathlib import Path\n"
            "from tabib.models.decoders.base import Response\n"
            "from tabib.models.decoders.store import ResponseStore\n"
            "with ResponseStore(Path(sys.argv[1]), {'model': 'm'}) as store:\n"
            "    for number in range(200):\n"
            "        store.put(f'{sys.argv[2]}-{number}', Response('x' * number * 20))\n"
        )
        writers = [subprocess.Popen([sys.executable, "-c", code, tmp_path, name]) for name in ("a", "b", "c")]
        assert [writer.wait(60) for writer in writers] == [0, 0, 0]
        with ResponseStore(tmp_path, {"model": "m"}) as store:
            assert len(store) == 600
            assert store.get("c-199") == Response("x" * 199 * 20)

    def test_a_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(ModelError, match="answers cannot be stored in"):
            ResponseStore(tmp_path / "file" / "folder", IDENTITY)

    def test_the_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("TABIB_CACHE", raising=False)
        assert cache_folder(tmp_path / "run") == tmp_path / "run" / "responses"
        monkeypatch.setenv("TABIB_CACHE", str(tmp_path / "shared"))
        assert cache_folder(tmp_path / "run") == tmp_path / "shared" / "responses"


class TestCompletion:
    def test_stored_answers_come_first_and_are_not_asked_for(self, store: ResponseStore) -> None:
        list(complete_with(store, Echo(), [ask("b"), ask("d")]))
        backend = Echo()
        got = list(complete_with(store, backend, [ask(letter) for letter in "abcd"]))
        assert [(index, response.text) for index, response in got] == [(1, "B"), (3, "D"), (2, "C"), (0, "A")]
        assert sorted(backend.asked) == ["a", "c"]

    def test_equal_prompts_are_asked_once(self, store: ResponseStore) -> None:
        backend, ledger = Echo(), Ledger("m")
        got = dict(complete_with(store, backend, [ask("a", id="1"), ask("b"), ask("a", id="2")], ledger))
        assert [got[index].text for index in range(3)] == ["A", "B", "A"]
        assert sorted(backend.asked) == ["a", "b"]
        assert ledger.usage.requests == 2

    def test_errors_are_asked_again(self, store: ResponseStore) -> None:
        list(complete_with(store, Echo(), [ask("bad"), ask("good")]))
        backend = Echo()
        got = dict(complete_with(store, backend, [ask("bad"), ask("good")]))
        assert got[0].error == "out of order"
        assert backend.asked == ["bad"]

    def test_an_answer_is_kept_before_it_is_given(self, tmp_path: Path, store: ResponseStore) -> None:
        for _ in complete_with(store, Echo(), [ask("a"), ask("b")]):
            break
        with ResponseStore(tmp_path, IDENTITY) as other:
            assert len(other) == 1

    def test_without_a_store(self) -> None:
        got = dict(complete_with(None, Echo(), [ask("a"), ask("b")]))
        assert [got[0].text, got[1].text] == ["A", "B"]

    def test_a_budget_stops_and_a_larger_one_goes_on(self, store: ResponseStore) -> None:
        requests = [ask(str(number)) for number in range(10)]
        done: list[int] = []

        def run(budget: int | None) -> Echo:
            backend = Echo()
            done.clear()
            for index, _ in complete_with(store, backend, requests, Ledger("m", budget_tokens=budget)):
                done.append(index)
            return backend

        with pytest.raises(BudgetError, match=r"taken 30 tokens.*3 requests are answered and kept, 7 are left"):
            run(25)
        assert done == [9, 8, 7]
        with pytest.raises(BudgetError):  # the same budget is still used up: nothing is asked
            run(25)
        assert sorted(done) == [7, 8, 9]
        assert sorted(run(None).asked) == ["0", "1", "2", "3", "4", "5", "6"]
        assert run(25).asked == []  # all is there: no budget is needed
        assert sorted(done) == list(range(10))
