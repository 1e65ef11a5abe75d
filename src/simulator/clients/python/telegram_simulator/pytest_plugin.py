"""The fixture ``telegram``: one simulator and one bot for the whole run, new people for each test.

``telegram_bot`` in pytest's settings is the command that starts the bot under test, such as ``python bot.py``. It finds Telegram by
``TELEGRAM_API_URL`` and ``BOT_TOKEN``. Without it, a fixture of your own starts the bot, with ``telegram.environment``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .client import Telegram


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("telegram_bot", "the command that starts the bot under test", default="")


@pytest.fixture(scope="session")
def telegram_session(request: pytest.FixtureRequest) -> Iterator[Telegram]:
    """The simulator and the bot that all tests share."""
    with Telegram() as telegram:
        if command := str(request.config.getini("telegram_bot")):
            telegram.start_bot(command, cwd=request.config.rootpath)
        yield telegram


@pytest.fixture
def telegram(telegram_session: Telegram) -> Iterator[Telegram]:
    """Telegram on this machine, with the bot of ``telegram_bot`` in it. After each test the clock runs again."""
    yield telegram_session
    telegram_session.follow_system_time()
