"""Worker processes that can be killed, each with a port of the mail server of its own."""

import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from app.db.embedded_database import Addresses


class Workers:
    def __init__(self, addresses: Addresses, ports: list[int], folder: Path) -> None:
        self._addresses = addresses
        self._ports = ports
        self._folder = folder
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Workers":
        for port in self._ports:
            self.start(port)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            process.wait()

    def start(self, port: int) -> None:
        environment = {**os.environ, **self._addresses.environment(), "SMTP_URL": f"smtp://127.0.0.1:{port}"}
        with (self._folder / f"worker-{port}.log").open("ab") as output:
            self._processes[port] = subprocess.Popen(
                [sys.executable, "-m", "app.worker"], env=environment, stdout=output, stderr=output
            )

    def kill(self, port: int) -> None:
        """As `kill -9`: nothing is handed over."""
        self._processes[port].kill()
        self._processes[port].wait()
