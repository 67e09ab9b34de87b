"""The receiver that docs/integrating.md shows takes what the service sends, and nothing else."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import TCPServer
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.db.embedded_database import Addresses
from tests.receiving import by_hand, created, endpoint_of, happens, private_receivers, prove, sending
from tests.world import make_world

PAGE = (Path(__file__).parents[1] / "docs" / "integrating.md").read_text()


def shown() -> dict[str, Any]:
    """What the snippet defines."""
    [code] = [block for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "Receiver" in block]
    defined: dict[str, Any] = {"__name__": "snippet"}
    exec(code, defined)
    return defined


@contextmanager
def serving(defined: dict[str, Any]) -> Iterator[str]:
    handler: Any = defined["Receiver"]
    handler.log_message = lambda *_: None
    server = TCPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hook"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def test_the_receiver_of_the_page_works(
    app: FastAPI, database: Addresses, capsys: pytest.CaptureFixture[str]
) -> None:
    defined = shown()
    with private_receivers(app):
        try:
            with serving(defined) as url:
                await _received(app, database, defined, url)
        finally:
            with by_hand(database) as owner:
                owner.execute("delete from webhook_endpoints")
    assert "to be read: /v1/" in capsys.readouterr().out


async def _received(app: FastAPI, database: Addresses, defined: dict[str, Any], url: str) -> None:
    async with make_world(app, database.owner) as world:
        worker = sending(app)
        endpoint = await created(world.school, url, event_types=["provider.changed"])
        await prove(world.school, worker, endpoint["id"])
        assert (await endpoint_of(world.school, endpoint["id"]))["state"] == "unproven", "its secret is another"
        defined["SECRET"] = endpoint["secret"]
        await prove(world.school, worker, endpoint["id"])
        assert (await endpoint_of(world.school, endpoint["id"]))["state"] == "enabled"
        happens(database, world.school)
        for _ in range(200):
            await worker.round()
            await worker.settle()
            if defined["seen"]:
                break
            await asyncio.sleep(0.02)
        async with httpx.AsyncClient() as stranger:
            forged = await stranger.post(url, json={"type": "provider.changed", "data": {}})
        assert forged.status_code == 401
