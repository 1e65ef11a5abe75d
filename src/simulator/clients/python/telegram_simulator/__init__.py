"""Telegram on your machine: people who test your bot, without the internet.

:class:`Telegram` starts the simulator, and :meth:`Telegram.person` makes somebody who writes to the bot and reads its answers.
:class:`AsyncTelegram` is the same for code that awaits.
"""

from .aio import AsyncGroup, AsyncPerson, AsyncTelegram
from .client import Group, NotSeen, Person, Refused, Telegram
from .program import NoProgram, Program

__all__ = [
    "AsyncGroup",
    "AsyncPerson",
    "AsyncTelegram",
    "Group",
    "NoProgram",
    "NotSeen",
    "Person",
    "Program",
    "Refused",
    "Telegram",
]
