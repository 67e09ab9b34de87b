"""The API, two workers and PostgreSQL as processes of their own, each of which can be killed and started again."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO

import httpx

from app.db.embedded import EmbeddedServer
from app.db.embedded_database import Addresses

READY_SECONDS = 60


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Processes:
    """`pace` is what a worker's waits are shortened to. `killed` counts, by what was killed."""

    server: EmbeddedServer
    addresses: Addresses
    folder: Path
    smtp_port: int
    pace: float
    port: int = field(default_factory=free_port)
    killed: dict[str, int] = field(default_factory=lambda: {"worker": 0, "API": 0, "PostgreSQL": 0})
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _logs: dict[str, IO[bytes]] = field(default_factory=dict)
    _begins: dict[str, int] = field(default_factory=dict)

    def __enter__(self) -> "Processes":
        for name in ("API", "worker 1", "worker 2"):
            self.start(name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop(*self._running)
        for log in self._logs.values():
            log.close()

    def start(self, name: str) -> None:
        command = [sys.executable, "-m", "benchmarks.deliveries_worker"]
        if name == "API":
            command = [
                sys.executable, "-m", "uvicorn", "app.main:create_app", "--factory", "--port", str(self.port),
                "--no-access-log", "--no-server-header", "--http", "app.web.http_protocol:BoundedHttpProtocol",
                "--ws", "none",
            ]  # fmt: skip
        environment = {
            **os.environ,
            **self.addresses.environment(),
            "WEBHOOK_PRIVATE_RECEIVERS": "true",
            "SMTP_URL": f"smtp://127.0.0.1:{self.smtp_port}",
            "PACE": str(self.pace),
        }
        if name not in self._logs:
            self._logs[name] = self._log_of(name).open("ab")
        log = self._logs[name]
        self._begins[name] = self._log_of(name).stat().st_size
        self._running[name] = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def at_work(self, worker: str) -> bool:
        """Whether a worker has begun to work since it was started."""
        with self._log_of(worker).open("rb") as log:
            log.seek(self._begins[worker])
            return b'"worker_alive"' in log.read()

    def _log_of(self, name: str) -> Path:
        return self.folder / f"{name.replace(' ', '-')}.log"

    def kill(self, name: str) -> None:
        """As `kill -9`: nothing is handed over."""
        self._running[name].kill()
        self._running[name].wait()
        self.killed[name.split(" ", 1)[0]] += 1

    def stop(self, *names: str) -> None:
        """Asks them to finish, and waits until they have."""
        for name in names:
            self._running[name].terminate()
        for name in names:
            self._running[name].wait()

    async def kill_postgres(self) -> float:
        """Kills the whole server at once and starts it on the data it left; gives how many seconds it was away.

        In this thread, since the server would end with another: what this program serves is late for as long.
        """
        postmaster = int((self.server.data_dir / "postmaster.pid").read_text().split("\n", 1)[0])
        began = time.monotonic()
        os.kill(postmaster, signal.SIGKILL)
        self.killed["PostgreSQL"] += 1
        while self.server.alive():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        self.server.restart()
        return time.monotonic() - began

    async def ready(self) -> None:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}") as http, asyncio.timeout(READY_SECONDS):
            while True:
                try:
                    if (await http.get("/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)
