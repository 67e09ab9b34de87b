"""Run a program for as long as its owner lives, and no longer.

A tether is a small process between an owner and the program it runs. It reads from a pipe that only the owner
holds open: when the owner lets go, or is killed with no chance to say so, the pipe ends and the tether stops
the program. Stopping and dying are therefore the same path.

This file is also the script that the tether runs, isolated, so it imports nothing but the standard library.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Account:
    """The user and group that a program is run as."""

    uid: int
    gid: int


class Tether:
    """A program that is running, seen by its owner.

    `stop_signal` asks the program to finish; after `grace` seconds it is killed. `keep_open` are file
    descriptors that the program inherits. The program has a session of its own, so a Ctrl-C at the terminal
    reaches only the owner.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        stop_signal: signal.Signals = signal.SIGTERM,
        grace: float = 10,
        account: Account | None = None,
        environment: Mapping[str, str] | None = None,
        output: IO[bytes] | None = None,
        keep_open: Sequence[int] = (),
        folder: Path | None = None,
    ) -> None:
        self._grace = grace
        who = f"{account.uid}:{account.gid}" if account else ""
        kept = ",".join(map(str, keep_open))
        script = [sys.executable, "-I", "-S", str(Path(__file__).resolve())]
        self._process = subprocess.Popen(  # noqa: S603
            [*script, str(int(stop_signal)), str(grace), who, kept, *command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env=environment,
            pass_fds=keep_open,
            cwd=folder,
            start_new_session=True,
        )

    def exit_code(self) -> int | None:
        """How the program ended (128 and the signal's number if it was killed), or None while it runs."""
        return self._process.poll()

    def let_go(self) -> None:
        """Ask the program to finish, without waiting for it."""
        if self._process.stdin:
            self._process.stdin.close()

    def stop(self) -> int:
        """Ask the program to finish and wait until it has."""
        self.let_go()
        try:
            return self._process.wait(self._grace + 5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def _hold(arguments: Sequence[str]) -> int:
    stop_signal, grace, who, kept, *command = arguments
    uid, gid = map(int, who.split(":")) if who else (None, None)
    program = subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.DEVNULL,
        user=uid,
        group=gid,
        extra_groups=[] if who else None,
        pass_fds=[int(number) for number in kept.split(",") if number],
        preexec_fn=_die_with_tether(int(stop_signal)),  # noqa: PLW1509  # no thread runs yet
    )

    def finish(_number: int = 0, _frame: FrameType | None = None) -> None:
        program.send_signal(int(stop_signal))
        last_resort = threading.Timer(float(grace), program.kill)
        last_resort.daemon = True
        last_resort.start()

    def await_owner() -> None:
        while os.read(0, 1024):
            pass
        finish()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, finish)
    threading.Thread(target=await_owner, daemon=True).start()
    code = program.wait()
    return 128 - code if code < 0 else code


def _die_with_tether(stop_signal: int) -> Callable[[], None] | None:
    """On Linux the kernel stops the program even when the tether itself is killed; elsewhere nothing does."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, stop_signal)


if __name__ == "__main__":
    os._exit(_hold(sys.argv[1:]))
