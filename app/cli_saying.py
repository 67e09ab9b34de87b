"""What the command line says: tables, refusals, and how a contract differs."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NoReturn

import typer

from app.services.attachments_checking import Findings


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def print_findings(found: Findings, *, erased: bool) -> None:
    """What a check of the attachments found; ends the command where a file is lost."""
    lost = [("missing", each) for each in found.missing] + [("damaged", each) for each in found.damaged]
    print_table(("FAULT", "ATTACHMENT"), [(fault, str(attachment_id)) for fault, attachment_id in lost])
    orphans = f"{len(found.orphans)}, {'erased' if erased else 'left where it is'}"
    typer.echo(f"{found.attachments} attachments; content that none leads to: {orphans}.")
    if lost:
        refuse(f"{len(lost)} attachments have lost their content: restore the store.")


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
