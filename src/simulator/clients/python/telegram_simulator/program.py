"""The program that is Telegram: found, started and stopped."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections import deque
from pathlib import Path

#: The variable that names another program than the one in the package.
VARIABLE = "TELEGRAM_SIMULATOR"
_PACKAGED = Path(__file__).parent / "bin" / "telegram-simulator"
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
#: Lines of the log that are kept for the message of a failure.
_KEPT = 50


class NoProgram(RuntimeError):
    """The simulator cannot be found or started."""


class Program:
    """A simulator that runs until :meth:`stop`."""

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        named = path or os.environ.get(VARIABLE)
        program = Path(named) if named else _PACKAGED
        if not program.is_file():
            raise NoProgram(f"{program} is no program: install the wheel for your platform, or set {VARIABLE} to the path of `telegram-simulator`")
        command = [str(program), "simulate", "--port", "0", "--without-flood-limits"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True)
        self._log: deque[str] = deque(maxlen=_KEPT)
        self.base_url = self._address()
        threading.Thread(target=self._drain, daemon=True).start()

    def _address(self) -> str:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._log.append(line.rstrip())
            if found := _ADDRESS.search(line):
                return found.group()
        raise NoProgram("the simulator has ended:\n" + "\n".join(self._log))

    def _drain(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._log.append(line.rstrip())

    def stop(self) -> None:
        """Ends the program; what it knew is gone."""
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def log(self) -> str:
        """The newest lines that the program has written."""
        return "\n".join(self._log)
