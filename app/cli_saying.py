"""What the command line says: tables, refusals, and how a contract differs."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NoReturn

import typer


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def refuse(reason: str) -> NoReturn:
    typer.echo(f"waymark: {reason}", err=True)
    raise typer.Exit(1)


def check_contract(generated: str, file: Path) -> None:
    from app.web.contract_difference import breaking, difference

    committed = file.read_text() if file.exists() else "{}"
    told = difference(committed, generated)
    if not told:
        return
    typer.echo(told)
    broken = breaking(json.loads(committed), json.loads(generated))
    if broken:
        typer.echo("\n  ".join(["\nBREAKING for clients of the committed contract:", *broken]))
    refuse(
        "The contract in openapi/openapi.json is not the one that the code makes. If the difference is meant,"
        " run `waymark contract --write` and commit it; within /v1 nothing breaking may be."
    )
