"""The README, walked line by line as a newcomer would, against the service that `make run` starts."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.db.embedded import erase

PROJECT = Path(__file__).parent.parent
README = (PROJECT / "README.md").read_text()


@pytest.fixture(scope="module")
def started() -> Iterator[Path]:
    """A folder in which `waymark run` is running on a port of its own."""
    folder = Path(tempfile.mkdtemp(prefix="waymark-readme-"))
    folder.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "PORT": str(port), "PYTHONPATH": str(PROJECT)}
    for name in ("DATABASE_URL", "DATABASE_WORKER_URL", "DATABASE_OWNER_URL"):
        environment.pop(name, None)
    with (folder / "log").open("w") as log:
        command = [sys.executable, "-m", "app.cli", "run"]
        program = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        _await(lambda: "Waymark is running" in (folder / "log").read_text(), program)
        yield folder
    finally:
        program.send_signal(signal.SIGINT)
        program.wait(30)
        erase(folder / "var" / "postgres")
        shutil.rmtree(folder)


def _await(happened: Callable[[], bool], program: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 300
    while not happened():
        assert program.poll() is None, "waymark run ended early"
        assert time.monotonic() < deadline, "waymark run did not become ready"
        time.sleep(0.2)


def walk() -> list[str]:
    """The shell blocks of the walk, in order."""
    section = README.split("## The first submission in five minutes")[1].split("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", section, re.DOTALL)


def documents_in(output: str) -> Iterator[dict[str, Any]]:
    """The JSON objects in what curl printed, which ends none of them with a new line."""
    decoder, at = json.JSONDecoder(), 0
    while (at := output.find("{", at)) >= 0:
        document, at = decoder.raw_decode(output, at)
        yield document


@pytest.mark.skipif(shutil.which("curl") is None, reason="the walk is written for curl")
def test_every_line_of_the_walk_works(started: Path) -> None:
    script = "\n".join(f"{block}\necho; echo ==={number}===" for number, block in enumerate(walk()))
    done = subprocess.run(
        ["/bin/sh", "-eu", "-c", script], cwd=started, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    answers = list(documents_in(done.stdout))
    assert not [answer for answer in answers if "/problems/" in str(answer.get("type"))], done.stdout
    who, morning, roll, posted, marks, clock, outstanding, events, emails = (answers[i] for i in range(9))
    assert who["organisation_name"] == "Meadow Farm"
    assert morning["stands_still"] is True
    assert len(roll["items"]) == 2
    assert (posted["recorded_count"], posted["rejected"]) == (1, [])
    assert [mark["suggested_code"] for mark in marks["items"]] == ["K"]
    assert clock["now"] > morning["now"]
    assert outstanding["received"] == 1
    assert outstanding["missing"] > 0
    assert outstanding["providers"]
    assert [event["type"] for event in events["items"]] == ["attendance.received"]
    assert any("not reported" in email["body"] for email in emails["items"])


@pytest.mark.skipif(shutil.which("curl") is None, reason="it asks with curl")
def test_every_council_of_the_sandbox_has_a_qa_framework_with_kinds_of_visit(started: Path) -> None:
    ask = '. var/sandbox.env; curl -sS -H "Authorization: Bearer $COUNCIL_KEY"'
    script = f"{ask} $BASE_URL/v1/councils; {ask} $BASE_URL/v1/qa-frameworks"
    done = subprocess.run(["/bin/sh", "-eu", "-c", script], cwd=started, capture_output=True, text=True, check=True)
    councils, frameworks = documents_in(done.stdout)
    assert {each["council_id"] for each in frameworks["items"]} == {each["id"] for each in councils["items"]}
    assert sorted((len(each["areas"]), len(each["activity_types"])) for each in frameworks["items"]) == [(6, 5), (7, 5)]


def test_every_document_that_is_linked_exists() -> None:
    for document in [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"
