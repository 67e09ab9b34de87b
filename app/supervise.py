"""`waymark run`: the whole of Waymark on one machine, with a synthetic sandbox in it.

Starts the embedded PostgreSQL unless DATABASE_URL is set, migrates, seeds the sandbox, and keeps the API and
the worker running until it is told to stop. Production runs the API and the worker by themselves and never
this.
"""

import asyncio
import contextlib
import errno
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import httpx
from pydantic import ValidationError

from app.db import migrate
from app.db.embedded import EmbeddedServer, EmbeddedServerError
from app.db.embedded_database import Addresses, prepare
from app.db.embedded_places import CLOSED_FOLDER_HOME
from app.settings import Settings, inherited_environment
from app.tether import Tether

HOST = "127.0.0.1"
DATA_DIR = Path("var/postgres")
SANDBOX_FILE = Path("var/sandbox.json")
READY_SECONDS = 60
PORT_SECONDS = 3
LOOK_SECONDS = 0.2
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60


class CannotRunError(Exception):
    """Waymark cannot start, or not go on; the message is the one line that the operator reads."""


@dataclass
class Child:
    """A program that is started again when it ends, each time after a longer pause until it has run
    steadily.
    """

    name: str
    command: list[str]
    environment: dict[str, str]
    pause: float = 0.5
    started_at: float = 0
    due_at: float = 0
    tether: Tether | None = field(default=None, repr=False)

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.tether = Tether([sys.executable, "-m", *self.command], environment=self.environment)

    def look(self) -> None:
        """Notice that the program has ended; start it again when its pause is over."""
        now = time.monotonic()
        if self.tether and (code := self.tether.exit_code()) is not None:
            steady = now - self.started_at > STEADY_SECONDS
            self.pause = 0.5 if steady else min(self.pause * 2, LONGEST_PAUSE)
            self.tether = None
            self.due_at = now + self.pause
            say(f"The {self.name} ended with code {code}; starting it again in {self.pause:.0f} s.")
        if self.tether is None and now >= self.due_at:
            self.start()

    def stop(self) -> None:
        if self.tether:
            self.tether.stop()
            self.tether = None


def main() -> int:
    """Run until told to stop.

    The answer is the exit code: 0 after Ctrl-C or SIGTERM, 1 when it cannot run.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop_once)
    try:
        _run(_settings())
    except (CannotRunError, EmbeddedServerError) as refusal:
        say(f"waymark: {refusal}")
        return 1
    except KeyboardInterrupt:
        say("Waymark has stopped.")
    return 0


def say(line: str) -> None:
    """Print; a reader who has gone away is no reason to stop."""
    with contextlib.suppress(BrokenPipeError):
        print(line, flush=True)


def _stop_once(_number: int, _frame: FrameType | None) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # stopping in order must not itself be interrupted
    raise KeyboardInterrupt


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as fault:
        named = "; ".join(f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in fault.errors())
        raise CannotRunError(f"a setting is not valid. {named}") from None


def _run(settings: Settings) -> None:
    port = _free_port(settings.port)
    base_url = f"http://{HOST}:{port}"
    with _database(settings) as (addresses, server):
        migrate.upgrade(addresses.owner)
        asyncio.run(_seed(addresses.owner, base_url))
        # An integrator receives webhooks on the same machine, by plain http.
        usual = {"WEBHOOK_PRIVATE_RECEIVERS": "true"} if settings.is_sandbox else {}
        inherited = {**usual, **inherited_environment(), **addresses.environment(), "PORT": str(port)}
        api = ["uvicorn", "app.main:create_app", "--factory", "--host", HOST, "--port", str(port)]
        children = [
            Child(
                "API",
                [
                    *api,
                    "--no-access-log",
                    "--no-server-header",
                    "--http",
                    "app.web.http_protocol:BoundedHttpProtocol",
                    "--ws",
                    "none",
                    "--timeout-graceful-shutdown",
                    "5",
                ],
                inherited,
            ),
            Child("worker", ["app.worker"], inherited),
        ]
        try:
            for child in children:
                child.start()
            _await_ready(base_url, children[0])
            _announce(base_url)
            _keep_running(children, server, with_parent=settings.waymark_stop_with_parent)
        finally:
            for child in children:
                child.stop()


def _free_port(wanted: int) -> int:
    """The port, once nothing listens on it.

    A run that was killed a moment ago may still be letting go of it.
    """
    deadline = time.monotonic() + PORT_SECONDS
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, wanted))
                return wanted
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise CannotRunError(f"Port {wanted} cannot be opened: {error.strerror}.") from error
        if time.monotonic() > deadline:
            raise CannotRunError(f"Port {wanted} is already in use. Choose another: PORT={wanted % 65535 + 1} make run")
        time.sleep(LOOK_SECONDS)


@contextlib.contextmanager
def _database(settings: Settings) -> Iterator[tuple[Addresses, EmbeddedServer | None]]:
    if settings.database_url:
        yield _given_addresses(settings), None
        return
    with EmbeddedServer.start(DATA_DIR) as server:
        if server.data_dir.is_relative_to(CLOSED_FOLDER_HOME):
            say(f"{DATA_DIR} is below a closed folder and PostgreSQL may not run as root,")
            say(f"so its data is in {server.data_dir}; {DATA_DIR} is a link to it.")
        yield prepare(server), server


def _given_addresses(settings: Settings) -> Addresses:
    names = ("database_worker_url", "database_owner_url")
    missing = [name.upper() for name in names if not getattr(settings, name)]
    if missing:
        raise CannotRunError(
            f"DATABASE_URL is set, so {' and '.join(missing)} must be set too: "
            "the API, the worker and the owner have a role each."
        )
    return Addresses(settings.database_url, settings.database_worker_url, settings.database_owner_url)


async def _seed(owner_url: str, base_url: str) -> None:
    from app.services.sandbox_seed import seed_sandbox

    await seed_sandbox(owner_url, base_url, SANDBOX_FILE)


def _await_ready(base_url: str, api: Child) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if api.tether and api.tether.exit_code() is not None:
            raise CannotRunError("The API ended before it was ready; its reason is above.")
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{base_url}/readyz", timeout=2, trust_env=False).is_success:
                return
        time.sleep(LOOK_SECONDS)
    raise CannotRunError(f"The API did not become ready within {READY_SECONDS} s.")


def _announce(base_url: str) -> None:
    say(f"\nWaymark is running at {base_url} with a sandbox of invented organisations and children.")
    for client in json.loads(SANDBOX_FILE.read_text())["clients"]:
        say(f"  {client['kind']:<9} {client['organisation']:<40} {client['api_key']}")
    say(f"Keys and client secrets are in {SANDBOX_FILE}. Ctrl-C stops everything.\n")


def _keep_running(children: list[Child], server: EmbeddedServer | None, *, with_parent: bool) -> None:
    """Start again whatever dies. Returns only when the parent that was to be followed has gone."""
    parent = os.getppid()
    while not (with_parent and os.getppid() != parent):
        if server and not server.alive():
            say("The embedded PostgreSQL has died; starting it again.")
            server.restart()
        for child in children:
            child.look()
        time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
