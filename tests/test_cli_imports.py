"""`waymark import`, against the service: what it shows, what it prints, and how it ends."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
from fastapi import FastAPI

from app import cli_imports
from app.cli_imports import follow, send_and_follow
from tests.importing import csv, opened, work
from tests.test_cli import waymark
from tests.world import World

HEADER = "given_name,family_name,date_of_birth"


@dataclass
class Said:
    """What the command writes, apart from the log of the service that runs in the same process."""

    out: str = ""
    err: str = ""

    def echo(self, message: str = "", nl: bool = True, err: bool = False) -> None:
        line = f"{message}\n" if nl else message
        self.out, self.err = (self.out, self.err + line) if err else (self.out + line, self.err)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    said = Said()
    monkeypatch.setattr(cli_imports, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(typer, "echo", said.echo)
    return said


async def sent(app: FastAPI, world: World, content: str, *, for_good: bool = True) -> int:
    asked = {"kind": "pupils", "dry_run": not for_good}
    command = asyncio.create_task(send_and_follow(world.school.http, asked, content.encode(), "text/csv"))
    while not command.done():
        await work(app)
        await asyncio.sleep(0.01)
    return await command


async def test_a_file_is_sent_followed_and_reported(app: FastAPI, world: World, said: Said) -> None:
    file = csv(HEADER, "Ada,Example,2012-03-04", "Ben,Sample,never")
    assert await sent(app, world, file, for_good=False) == cli_imports.SOME_REJECTED
    assert said.out == "line 3, date_of_birth: day_expected: Must be a day written YYYY-MM-DD.\n"
    assert "2 of 2 rows: 1 made, 1 rejected" in said.err
    assert "A dry run: nothing was kept." in said.err
    assert await sent(app, world, csv(HEADER, "Ada,Example,2012-03-04")) == 0
    assert "The import is completed." in said.err


async def test_what_the_service_refuses_is_said_in_its_words(app: FastAPI, world: World, said: Said) -> None:
    with pytest.raises(typer.Exit):
        await sent(app, world, "Ada;Example\r\n")
    assert "header_missing" in said.err
    with pytest.raises(typer.Exit):
        await follow(world.school.http, await opened(world.school, "pupils"))
    assert "has no file yet" in said.err


async def test_an_import_that_was_cancelled_is_no_success(world: World, said: Said) -> None:
    path = await opened(world.school, "pupils")
    await world.school.act(path, "cancellation")
    assert await follow(world.school.http, path) == 1


def test_the_command_prints_templates_and_refuses_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "pupils.csv"
    file.write_text(waymark("import-template", "pupils").stdout)
    assert file.read_text().startswith("given_name,family_name,date_of_birth")
    nobody = waymark("import", "pupils", str(file), "--url", "http://127.0.0.1:1", "--key", "ap_test_x")
    assert (nobody.returncode, "cannot be reached" in nobody.stderr, nobody.stderr.count("\n")) == (1, True, 1)
