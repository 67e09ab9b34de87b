"""`waymark import`: sends a file to the service, shows how far it is, and prints what was rejected.

It is a client like any other, with an API key and from any machine. Progress goes to stderr, the report to stdout.
Where it is killed the service goes on: `waymark import-follow` takes up the showing.
"""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid4

import httpx
import typer

from app.cli_saying import refuse
from app.rules.imports import ImportKind
from app.services.import_templates import template

LOOK_SECONDS = 0.5
SECONDS = 90.0
SOME_REJECTED = 3
_OVER = {"completed", "cancelled", "stopped"}
_COUNTS = ("made", "changed", "unchanged", "rejected", "not_done")

Url = Annotated[str, typer.Option(envvar="WAYMARK_URL", help="Where the service is.")]
Key = Annotated[str, typer.Option(envvar="WAYMARK_KEY", help="An API key; better in the environment than here.")]


def import_file(
    kind: Annotated[ImportKind, typer.Argument(help="What the rows of the file are.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV; for calendars .ics too.")],
    key: Key,
    url: Url = "http://127.0.0.1:8000",
    for_good: Annotated[bool, typer.Option("--for-good", help="Without it, a dry run: nothing is kept.")] = False,
    charset: Annotated[str, typer.Option(help="utf-8 or windows-1252.")] = "utf-8",
    calendar_name: Annotated[str | None, typer.Option(help="For an .ics file that does not name its own.")] = None,
) -> None:
    """Import a file: a dry run first, then the same with --for-good. Ends with 3 where rows were rejected."""
    asked = {"kind": kind.value, "dry_run": not for_good}
    if calendar_name is not None:
        asked["calendar_name"] = calendar_name
    media_type = "text/calendar" if file.suffix.lower() == ".ics" else "text/csv"

    async def sent(api: httpx.AsyncClient) -> int:
        return await send_and_follow(api, asked, file.read_bytes(), f"{media_type}; charset={charset}")

    _run(url, key, sent)


def follow_import(import_id: UUID, key: Key, url: Url = "http://127.0.0.1:8000") -> None:
    """Show how far an import is, until it is over, and print its report."""

    async def followed(api: httpx.AsyncClient) -> int:
        return await follow(api, f"/v1/imports/{import_id}")

    _run(url, key, followed)


def print_template(kind: ImportKind) -> None:
    """Print a file of this kind, with its header and invented rows."""
    typer.echo(template(kind), nl=False)


async def send_and_follow(api: httpx.AsyncClient, asked: dict[str, Any], content: bytes, content_type: str) -> int:
    opened = _taken(await api.post("/v1/imports", json=asked, headers={"Idempotency-Key": str(uuid4())}))
    path = opened.headers["Location"]
    typer.echo(f"Import {opened.json()['id']}", err=True)
    headers = {"If-Match": opened.headers["ETag"], "Content-Type": content_type}
    _taken(await api.put(f"{path}/content", content=content, headers=headers))
    return await follow(api, path)


async def follow(api: httpx.AsyncClient, path: str) -> int:
    """Shows how far the import is, until it is over, and prints its report; gives the exit code."""
    shown = ""
    while True:
        held = _taken(await api.get(path)).json()
        shown = _show(held, shown)
        if held["state"] in _OVER:
            break
        if held["state"] == "awaiting_content":
            refuse("The import has no file yet: send one with `waymark import`.")
        await asyncio.sleep(LOOK_SECONDS)
    typer.echo(err=True)
    await _print_rejected(api, path)
    what = "A dry run: nothing was kept." if held["dry_run"] else f"The import is {held['state']}."
    because = f" ({held['stopped_because']})" if held["stopped_because"] else ""
    typer.echo(f"{what}{because}", err=True)
    if held["state"] != "completed":
        return 1
    return SOME_REJECTED if held["rejected_count"] else 0


def _show(held: dict[str, Any], shown: str) -> str:
    """A line that is written over on a terminal, and only written anew where it changed elsewhere."""
    counts = {each: held[f"{each}_count"] for each in _COUNTS}
    told = ", ".join(f"{number} {each.replace('_', ' ')}" for each, number in counts.items() if number)
    line = f"{sum(counts.values())} of {held['row_count']} rows: {told or 'waiting'}"
    if line != shown:
        on_terminal = sys.stderr.isatty()
        typer.echo(f"\r{line}   " if on_terminal else line, err=True, nl=not on_terminal)
    return line


async def _print_rejected(api: httpx.AsyncClient, path: str) -> None:
    cursor: str | None = ""
    while cursor is not None:
        asked = {"state": "rejected", "limit": "200"} | ({"cursor": cursor} if cursor else {})
        page = _taken(await api.get(f"{path}/rows", params=asked)).json()
        for row in page["items"]:
            for fault in row["faults"]:
                column = f", {fault['column']}" if fault["column"] else ""
                typer.echo(f"line {row['line']}{column}: {fault['code']}: {fault['detail']}")
        cursor = page["next_cursor"]


def _taken(answer: httpx.Response) -> httpx.Response:
    """Ends the command with the service's own words, where it refused."""
    if answer.is_success:
        return answer
    try:
        problem = answer.json()
        named = "".join(f"\n  {each['code']}: {each['detail']}" for each in problem.get("errors", []))
        refuse(f"{problem['title']}. {problem['detail']}{named}")
    except (ValueError, KeyError):
        refuse(f"The service answered {answer.status_code}.")


def _run(url: str, key: str, work: Any) -> None:
    async def worked() -> int:
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=SECONDS) as api:
            done: int = await work(api)
            return done

    try:
        code = asyncio.run(worked())
    except httpx.TransportError as fault:
        refuse(f"The service at {url} cannot be reached ({type(fault).__name__}). What it has taken goes on.")
    except KeyboardInterrupt:
        refuse("Stopped looking; the import goes on. See it with `waymark import-follow`.")
    raise typer.Exit(code)
