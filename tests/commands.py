"""Commands of the program, each in a process of its own that has loaded the program before: `python -m tests.commands`.

It reads one command a line as JSON and forks for each, so that tests do not wait for imports again and again.
"""

import gc
import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from functools import cache
from pathlib import Path


def run(arguments: list[str], environment: dict[str, str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs `waymark` as in a shell: with this environment alone, in this folder."""
    with tempfile.TemporaryDirectory() as folder:
        asked = {"arguments": arguments, "environment": environment, "cwd": str(cwd), "folder": folder}
        server = _server()
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(json.dumps(asked) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        out, err = ((Path(folder) / name).read_text() for name in ("out", "err"))
    return subprocess.CompletedProcess(arguments, code, out, err)


@cache
def _server() -> subprocess.Popen[str]:
    """It ends when our end of its input is closed, however we end."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.commands"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _serve() -> None:
    from app import cli, main, supervise

    assert main, supervise  # loaded for the commands that ask for them
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            os._exit(_command(asked, cli.main))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _command(asked: dict[str, object], main: Callable[[], object]) -> int:
    """The exit code. Nothing is tidied up afterwards: that would take longer than the command."""
    _become(asked)
    code: object = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code if isinstance(code, int) else int(code is not None)


def _become(asked: dict[str, object]) -> None:
    for number, name in ((1, "out"), (2, "err")):
        file = os.open(Path(str(asked["folder"])) / name, os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(file, number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(asked["environment"])  # type: ignore[call-overload]
    os.chdir(str(asked["cwd"]))
    sys.argv = ["waymark", *asked["arguments"]]  # type: ignore[misc]


if __name__ == "__main__":
    _serve()
