"""The fixture ``telegram``: one simulator and one bot for the whole run, new people for each test.

``telegram_bot`` in pytest's settings is the command that starts the bot under test, such as ``python bot.py``. It finds Telegram by
``TELEGRAM_API_URL`` and ``BOT_TOKEN``. Without it, a fixture of your own starts the bot.
"""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterator

import pytest

from .client import Telegram


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("telegram_bot", "the command that starts the bot under test", default="")


@pytest.fixture(scope="session")
def telegram(request: pytest.FixtureRequest) -> Iterator[Telegram]:
    """Telegram on this machine, with the bot of ``telegram_bot`` in it."""
    with Telegram() as telegram:
        command = str(request.config.getini("telegram_bot"))
        if not command:
            yield telegram
            return
        bot = subprocess.Popen(shlex.split(command), env=telegram.environment, cwd=request.config.rootpath)
        try:
            yield telegram
        finally:
            bot.terminate()
            try:
                bot.wait(timeout=10)
            except subprocess.TimeoutExpired:
                bot.kill()
                bot.wait()
