"""People, groups and what they see, for code that does not await."""

from __future__ import annotations

import itertools
import json
import os
import secrets
import shlex
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable
from typing import Any

from .program import Program

#: Milliseconds without a call of the bot, after which it counts as quiet.
CALM_MS = 150
#: The longest wait for the bot, in milliseconds.
LIMIT_MS = 10_000
#: The longest wait for a bot that :meth:`Telegram.start_bot` starts, in milliseconds.
BOT_START_MS = 30_000


class Refused(RuntimeError):
    """The simulator says why something cannot be done, such as which buttons there are."""


class NotSeen(AssertionError):
    """What was expected is not on the screen; the message has the screen."""


class Telegram:
    """A simulator, and one bot in it.

    ``token`` is what the bot under test calls itself by; ``base_url`` is what it calls instead of ``https://api.telegram.org``.
    Both are in :attr:`environment` as ``BOT_TOKEN`` and ``TELEGRAM_API_URL``.
    """

    def __init__(self, token: str | None = None, *, username: str = "simulated_bot", program: Program | None = None) -> None:
        self._owned = program is None
        self._program = program or Program()
        self.base_url = self._program.base_url
        self.token = token or f"{secrets.randbelow(10**9) + 1}:{secrets.token_hex(8)}"
        self._ids = itertools.count(1001)
        self._groups = itertools.count(1)
        self._bot: subprocess.Popen[bytes] | None = None
        self._is_there = False
        try:
            self.request("PUT", "", {"username": username})
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Telegram:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the bot that :meth:`start_bot` has started, and the simulator, if it was started for this object."""
        if self._bot is not None:
            self._bot.terminate()
            try:
                self._bot.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._bot.kill()
                self._bot.wait()
        if self._owned:
            self._program.stop()

    @property
    def environment(self) -> dict[str, str]:
        """The variables of this process, with where the bot finds Telegram, and its token."""
        return {**os.environ, "TELEGRAM_API_URL": self.base_url, "BOT_TOKEN": self.token}

    def start_bot(self, command: str, *, cwd: str | os.PathLike[str] | None = None) -> None:
        """Starts the bot under test, with :attr:`environment`, and waits until it asks for updates.

        :raises Refused: if it ends, or does not ask in time.
        """
        self._bot = subprocess.Popen(shlex.split(command), env=self.environment, cwd=cwd)
        self._wait_for_bot(BOT_START_MS)

    def _wait_for_bot(self, limit_ms: int) -> None:
        end = time.monotonic() + limit_ms / 1000
        while not self._is_there:
            self._check_bot()
            self._is_there = bool(self.request("GET", "/status")["listens"])
            if not self._is_there and time.monotonic() > end:
                raise Refused("no bot has asked for updates yet: is it running, with BOT_TOKEN and TELEGRAM_API_URL?")
            if not self._is_there:
                time.sleep(0.02)

    def _check_bot(self) -> None:
        code = None if self._bot is None else self._bot.poll()
        if code is not None:
            raise Refused(f"the bot has ended with {code}")

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """Calls ``/sim/v1/bots/<token><path>``, which ``/sim/openapi.json`` describes."""
        url = f"{self.base_url}/sim/v1/bots/{urllib.parse.quote(self.token)}{path}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=90) as answer:
                text = answer.read().decode()
                return json.loads(text) if "json" in answer.headers.get("Content-Type", "") else text
        except urllib.error.HTTPError as error:
            text = error.read().decode()
            try:
                raise Refused(json.loads(text)["error"]) from None
            except (ValueError, KeyError):
                raise Refused(f"{error.code} {text}") from None

    def person(self, first_name: str, *, language_code: str = "en", username: str | None = None, id: int | None = None) -> Person:
        """Makes somebody who has not written to the bot yet."""
        number = next(self._ids) if id is None else id
        who = {"first_name": first_name, "language_code": language_code, "username": username}
        self.request("PUT", f"/people/{number}", {name: value for name, value in who.items() if value is not None})
        return Person(self, number, first_name)

    def group(self, title: str, members: Iterable[Person], *, kind: str = "supergroup", is_forum: bool = False, bot: str = "administrator") -> Group:
        """Makes a group or channel; the first of the members owns it."""
        chat = -1_000_000_000_000 - next(self._groups)
        ids = [member.id for member in members]
        self.request("PUT", f"/groups/{chat}", {"title": title, "kind": kind, "is_forum": is_forum, "members": ids, "bot": bot})
        return Group(self, chat, title)

    def quiet(self, *, calm_ms: int = CALM_MS, limit_ms: int = LIMIT_MS) -> None:
        """Waits until the bot has fetched everything and has made no call for a while.

        :raises Refused: if it is not quiet in time, has ended, or has never asked for updates.
        """
        self._wait_for_bot(limit_ms)
        try:
            self.request("POST", f"/quiet?calm_ms={calm_ms}&limit_ms={limit_ms}")
        except Refused as refused:
            self._check_bot()
            status = self.request("GET", "/status")
            raise Refused(f"{refused}; {status['pending']} updates wait, and calls were refused: {status['faults']}") from None
        self._check_bot()

    def disturb(self, method: str, **how: Any) -> None:
        """Makes the next call of a method fail: ``code``, ``retry_after``, ``delay_ms``, ``cut``, ``times``."""
        self.request("POST", "/disturbances", {"method": method, **how})

    def advance(self, seconds: int) -> None:
        """Moves the bot's clock on, and stops it there."""
        self.request("PUT", "/time", {"advance_seconds": seconds})

    def follow_system_time(self) -> None:
        """Lets the bot's clock run again."""
        self.request("PUT", "/time", {})

    @property
    def faults(self) -> list[str]:
        """Calls of the bot that Telegram refused, in its words."""
        return list(self.request("GET", "/status")["faults"])


class _Chat:
    """A chat as tests read it."""

    telegram: Telegram
    name: str

    def _text(self) -> str:
        raise NotImplementedError

    @property
    def screen(self) -> str:
        """The whole chat as text: who wrote what, and ``[buttons]``."""
        self.telegram.quiet()
        return self._text()

    def _messages(self) -> list[dict[str, Any]]:
        raise NotImplementedError

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages of the chat, the oldest first, once the bot is quiet."""
        self.telegram.quiet()
        return self._messages()

    @property
    def last(self) -> str:
        """What the bot wrote last."""
        own = [message for message in self.messages if not message["mine"]]
        return str(own[-1].get("text") or "") if own else ""

    def sees(self, text: str) -> None:
        """Waits until the bot is quiet, and expects a text of the bot, or a button, that contains ``text``.

        :raises NotSeen: with the screen, if it is not there.
        """
        shown = [message for message in self.messages if not message["mine"]]
        texts = [str(message.get("text") or "") for message in shown]
        labels = [button["label"] for message in shown for row in message["buttons"] for button in row]
        if not any(text in one for one in texts + labels + self._keyboard()):
            raise NotSeen(f"{self.name} does not see {text!r}. On the screen:\n{self._text()}")

    def sees_not(self, text: str) -> None:
        """The opposite of :meth:`sees`."""
        try:
            self.sees(text)
        except NotSeen:
            return
        raise NotSeen(f"{self.name} sees {text!r}. On the screen:\n{self._text()}")

    def _keyboard(self) -> list[str]:
        return []


class Person(_Chat):
    """Somebody who talks to the bot. Each deed waits for nothing; what reads the screen waits until the bot is quiet."""

    def __init__(self, telegram: Telegram, id: int, name: str) -> None:
        self.telegram, self.id, self.name = telegram, id, name

    def _do(self, deed: str, **details: Any) -> None:
        self.telegram.request("POST", f"/people/{self.id}/{deed}", details)

    def _act(self, chat: int, act: str, **details: Any) -> Any:
        return self.telegram.request("POST", f"/people/{self.id}/chats/{chat}/{act}", details)

    def _send(self, act: str, to: Group | None, reply_to: dict[str, Any] | None, **details: Any) -> None:
        answered = {"reply_to": reply_to["id"]} if reply_to else {}
        self._act(to.id if to else self.id, act, **details, **answered)

    def say(self, text: str, *, to: Group | None = None, reply_to: dict[str, Any] | None = None) -> None:
        """Writes to the bot, or into a group; perhaps in answer to one of its messages."""
        self._send("say", to, reply_to, text=text)

    def tap(self, label: str, *, to: Group | None = None) -> None:
        """Taps the newest button with that label, once the bot is quiet."""
        self.telegram.quiet()
        self._act(to.id if to else self.id, "tap", label=label)

    def share_contact(self, phone: str, *, own: bool = True) -> None:
        """Shares a phone number."""
        self._do("contact", phone=phone, own=own)

    def send(self, kind: str, *, to: Group | None = None, reply_to: dict[str, Any] | None = None) -> None:
        """Sends a ``sticker``, ``voice``, ``video``, ``document``, ``location`` or ``poll``."""
        self._send("send", to, reply_to, kind=kind)

    def send_picture(self, name: str, caption: str = "", *, to: Group | None = None, reply_to: dict[str, Any] | None = None) -> None:
        """Sends a small picture that the screen shows by its name."""
        self._send("picture", to, reply_to, names=[name], caption=caption)

    def send_album(self, names: Iterable[str], caption: str = "", *, to: Group | None = None, reply_to: dict[str, Any] | None = None) -> None:
        """Sends two to ten small pictures together."""
        self._send("album", to, reply_to, names=list(names), caption=caption)

    def forward(self, message: dict[str, Any], *, of: Group | None = None, to: Group | None = None) -> None:
        """Sends a message on, from a group or from the chat with the bot."""
        self._send("forward", to, None, message_id=message["id"], from_chat=of.id if of else self.id)

    def edit(self, text: str) -> None:
        """Edits what they wrote last."""
        self._do("edit", text=text)

    def block(self) -> None:
        """Blocks the bot."""
        self._do("block")

    def unblock(self) -> None:
        """Lets the bot write again."""
        self._do("unblock")

    def vote(self, message: dict[str, Any], *options: int, to: Group | None = None) -> None:
        """Votes in a poll, by the places of the options from 0."""
        self._act(to.id if to else self.id, "vote", message_id=message["id"], options=list(options))

    def pay(self, message: dict[str, Any], *, to: Group | None = None) -> None:
        """Pays the invoice of a message."""
        self._act(to.id if to else self.id, "pay", message_id=message["id"])

    def join(self, group: Group, link: str | None = None) -> None:
        """Comes into a group."""
        self._act(group.id, "join", **({"link": link} if link else {}))

    def leave(self, group: Group) -> None:
        """Leaves a group."""
        self._act(group.id, "leave")

    def asks_inline(self, text: str, *, to: Group | None = None) -> InlineAnswers:
        """Types behind the bot's name: the answers, once the bot is quiet.

        :raises NotSeen: if the bot does not answer.
        """
        chat = to.id if to else self.id
        query = self._act(chat, "inline", text=text)["query"]
        self.telegram.quiet()
        results = self.telegram.request("GET", f"/inline/{query}")["results"]
        if results is None:
            raise NotSeen(f"the bot has not answered {text!r}")
        return InlineAnswers(self, chat, query, results)

    def _text(self) -> str:
        return str(self.telegram.request("GET", f"/people/{self.id}/chat.txt"))

    def _view(self) -> dict[str, Any]:
        view: dict[str, Any] = self.telegram.request("GET", f"/people/{self.id}")
        return view

    def _messages(self) -> list[dict[str, Any]]:
        return list(self._view()["messages"])

    def _keyboard(self) -> list[str]:
        keyboard = self._view()["keyboard"]
        return [button["label"] for row in keyboard["rows"] for button in row] if keyboard else []

    @property
    def keyboard(self) -> list[str]:
        """What stands on the keys of the reply keyboard, once the bot is quiet."""
        self.telegram.quiet()
        return self._keyboard()


class InlineAnswers:
    """What the bot has answered to something typed behind its name: ``id``, ``type``, ``title`` and ``description`` of each."""

    def __init__(self, person: Person, chat: int, query: str, results: list[dict[str, Any]]) -> None:
        self._person, self._chat, self._query = person, chat, query
        self.results = results

    def choose(self, result: str) -> None:
        """Sends one of the answers, by its id, into the chat."""
        self._person._act(self._chat, "choose", query=self._query, result=result)


class Group(_Chat):
    """A group, supergroup or channel, as its members see it."""

    def __init__(self, telegram: Telegram, id: int, title: str) -> None:
        self.telegram, self.id, self.name = telegram, id, title

    def _text(self) -> str:
        return str(self.telegram.request("GET", f"/groups/{self.id}/chat.txt"))

    def _messages(self) -> list[dict[str, Any]]:
        return list(self.telegram.request("GET", f"/groups/{self.id}")["messages"])

    @property
    def members(self) -> dict[int, str]:
        """What each of the members is, by id, such as ``administrator``."""
        members = self.telegram.request("GET", f"/groups/{self.id}")["members"]
        return {member["user"]["id"]: member["status"] for member in members}
