"""The same for code that awaits: each call runs in a thread, so that the bot may live in the same event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from typing import Any

from .client import CALM_MS, LIMIT_MS, Group, InlineAnswers, Person, Telegram
from .program import Program


class AsyncTelegram:
    """A :class:`~telegram_simulator.Telegram` whose methods are awaited. Make it by :meth:`start`."""

    def __init__(self, telegram: Telegram) -> None:
        self.sync = telegram

    @classmethod
    async def start(cls, token: str | None = None, *, username: str = "simulated_bot", program: Program | None = None) -> AsyncTelegram:
        """Starts a simulator, unless one is given."""
        return cls(await asyncio.to_thread(Telegram, token, username=username, program=program))

    async def __aenter__(self) -> AsyncTelegram:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await asyncio.to_thread(self.sync.close)

    @property
    def base_url(self) -> str:
        return self.sync.base_url

    @property
    def token(self) -> str:
        return self.sync.token

    @property
    def environment(self) -> dict[str, str]:
        return self.sync.environment

    async def start_bot(self, command: str, *, cwd: str | os.PathLike[str] | None = None) -> None:
        await asyncio.to_thread(self.sync.start_bot, command, cwd=cwd)

    async def person(self, first_name: str, *, language_code: str = "en", username: str | None = None, id: int | None = None) -> AsyncPerson:
        made = asyncio.to_thread(self.sync.person, first_name, language_code=language_code, username=username, id=id)
        return AsyncPerson(await made)

    async def group(
        self, title: str, members: Iterable[AsyncPerson], *, kind: str = "supergroup", is_forum: bool = False, bot: str = "administrator"
    ) -> AsyncGroup:
        inside = [member.sync for member in members]
        return AsyncGroup(await asyncio.to_thread(self.sync.group, title, inside, kind=kind, is_forum=is_forum, bot=bot))

    async def quiet(self, *, calm_ms: int = CALM_MS, limit_ms: int = LIMIT_MS) -> None:
        await asyncio.to_thread(self.sync.quiet, calm_ms=calm_ms, limit_ms=limit_ms)

    async def advance(self, seconds: int) -> None:
        await asyncio.to_thread(self.sync.advance, seconds)

    async def disturb(self, method: str, **how: Any) -> None:
        await asyncio.to_thread(lambda: self.sync.disturb(method, **how))

    async def request(self, method: str, path: str, body: Any = None) -> Any:
        return await asyncio.to_thread(self.sync.request, method, path, body)

    async def follow_system_time(self) -> None:
        await asyncio.to_thread(self.sync.follow_system_time)

    async def faults(self) -> list[str]:
        return await asyncio.to_thread(lambda: self.sync.faults)


class _AsyncChat:
    """A chat as tests read it."""

    def __init__(self, chat: Person | Group) -> None:
        self.sync = chat
        self.telegram, self.id, self.name = chat.telegram, chat.id, chat.name

    async def sees(self, text: str) -> None:
        await asyncio.to_thread(self.sync.sees, text)

    async def sees_not(self, text: str) -> None:
        await asyncio.to_thread(self.sync.sees_not, text)

    async def last(self) -> str:
        return await asyncio.to_thread(lambda: self.sync.last)

    async def screen(self) -> str:
        return await asyncio.to_thread(lambda: self.sync.screen)

    async def messages(self) -> list[dict[str, Any]]:
        return await asyncio.to_thread(lambda: self.sync.messages)


class AsyncPerson(_AsyncChat):
    """A :class:`~telegram_simulator.Person` whose methods are awaited."""

    def __init__(self, person: Person) -> None:
        super().__init__(person)
        self.sync: Person = person

    async def say(self, text: str, *, to: AsyncGroup | None = None, reply_to: dict[str, Any] | None = None) -> None:
        await asyncio.to_thread(self.sync.say, text, to=to.sync if to else None, reply_to=reply_to)

    async def tap(self, label: str, *, to: AsyncGroup | None = None) -> None:
        await asyncio.to_thread(self.sync.tap, label, to=to.sync if to else None)

    async def share_contact(self, phone: str, *, own: bool = True) -> None:
        await asyncio.to_thread(self.sync.share_contact, phone, own=own)

    async def send(self, kind: str, *, to: AsyncGroup | None = None, reply_to: dict[str, Any] | None = None) -> None:
        await asyncio.to_thread(self.sync.send, kind, to=to.sync if to else None, reply_to=reply_to)

    async def send_picture(
        self, name: str, caption: str = "", *, to: AsyncGroup | None = None, reply_to: dict[str, Any] | None = None
    ) -> None:
        await asyncio.to_thread(self.sync.send_picture, name, caption, to=to.sync if to else None, reply_to=reply_to)

    async def send_album(
        self, names: Iterable[str], caption: str = "", *, to: AsyncGroup | None = None, reply_to: dict[str, Any] | None = None
    ) -> None:
        await asyncio.to_thread(self.sync.send_album, names, caption, to=to.sync if to else None, reply_to=reply_to)

    async def forward(self, message: dict[str, Any], *, of: AsyncGroup | None = None, to: AsyncGroup | None = None) -> None:
        await asyncio.to_thread(self.sync.forward, message, of=of.sync if of else None, to=to.sync if to else None)

    async def edit(self, text: str) -> None:
        await asyncio.to_thread(self.sync.edit, text)

    async def block(self) -> None:
        await asyncio.to_thread(self.sync.block)

    async def unblock(self) -> None:
        await asyncio.to_thread(self.sync.unblock)

    async def join(self, group: AsyncGroup, link: str | None = None) -> None:
        await asyncio.to_thread(self.sync.join, group.sync, link)

    async def leave(self, group: AsyncGroup) -> None:
        await asyncio.to_thread(self.sync.leave, group.sync)

    async def asks_inline(self, text: str, *, to: AsyncGroup | None = None) -> AsyncInlineAnswers:
        return AsyncInlineAnswers(await asyncio.to_thread(self.sync.asks_inline, text, to=to.sync if to else None))

    async def keyboard(self) -> list[str]:
        return await asyncio.to_thread(lambda: self.sync.keyboard)

    async def vote(self, message: dict[str, Any], *options: int, to: AsyncGroup | None = None) -> None:
        await asyncio.to_thread(lambda: self.sync.vote(message, *options, to=to.sync if to else None))

    async def pay(self, message: dict[str, Any], *, to: AsyncGroup | None = None) -> None:
        await asyncio.to_thread(self.sync.pay, message, to=to.sync if to else None)


class AsyncInlineAnswers:
    """:class:`~telegram_simulator.client.InlineAnswers` whose choice is awaited."""

    def __init__(self, answers: InlineAnswers) -> None:
        self.sync = answers
        self.results = answers.results

    async def choose(self, result: str) -> None:
        await asyncio.to_thread(self.sync.choose, result)


class AsyncGroup(_AsyncChat):
    """A :class:`~telegram_simulator.Group` whose methods are awaited."""

    def __init__(self, group: Group) -> None:
        super().__init__(group)
        self.sync: Group = group

    async def members(self) -> dict[int, str]:
        return await asyncio.to_thread(lambda: self.sync.members)
