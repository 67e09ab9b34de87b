"""Importing a file as a client does it, with the worker's part done at once."""

from typing import Any

from fastapi import FastAPI
from httpx import Response

from app.services.imports_running import do_due_imports
from tests.world import Party


async def work(app: FastAPI) -> None:
    """Does what the worker would do within moments."""
    while await do_due_imports(app.state.worker_sessions, app.state.sessions):
        pass


async def opened(party: Party, kind: str, **members: Any) -> str:
    """The path of an import that waits for its content; not a dry run unless that is said."""
    made = await party.post("/v1/imports", {"kind": kind, "dry_run": False, **members})
    assert made.status_code == 201, made.text
    return str(made.headers["Location"])


async def put(party: Party, path: str, content: str | bytes, media_type: str = "text/csv") -> Response:
    etag = (await party.get(path)).headers["ETag"]
    body = content.encode() if isinstance(content, str) else content
    headers = {"If-Match": etag, "Content-Type": media_type}
    return await party.http.put(f"{path}/content", content=body, headers=headers)


async def imported(
    app: FastAPI, party: Party, kind: str, content: str | bytes, media_type: str = "text/csv", **members: Any
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The import as it is when all is done, and its report."""
    path = await opened(party, kind, **members)
    taken = await put(party, path, content, media_type)
    assert taken.status_code == 200, taken.text
    await work(app)
    done = (await party.get(path)).json()
    assert done["state"] == "completed", done
    return done, await report(party, path)


async def report(party: Party, path: str) -> list[dict[str, Any]]:
    answer = await party.get(f"{path}/rows", limit=200)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["items"]
    return rows


def states(rows: list[dict[str, Any]]) -> list[str]:
    return [row["state"] for row in rows]


def codes(rows: list[dict[str, Any]]) -> list[tuple[int, str | None, str]]:
    """Every fault of a report: its line, column and code."""
    return [(row["line"], fault["column"], fault["code"]) for row in rows for fault in row["faults"]]


def csv(*rows: str) -> str:
    return "".join(f"{row}\r\n" for row in rows)
