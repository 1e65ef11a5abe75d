"""The package against a bot on the standard library: it answers each text, and has one button."""

import asyncio

import pytest

from telegram_simulator import AsyncGroup, AsyncPerson, AsyncTelegram, Group, NotSeen, Person, Refused, Telegram


def test_start(telegram):
    anna = telegram.person("Anna")
    anna.say("/start")
    anna.sees("Welcome, Anna")


def test_a_button_is_tapped_by_its_label_and_a_missing_one_names_those_that_there_are(telegram):
    boris = telegram.person("Boris")
    boris.say("/start")
    boris.tap("Help")
    boris.sees("Write something")
    with pytest.raises(Refused, match="the buttons are: Help"):
        boris.tap("Buy")


def test_a_failure_shows_the_screen(telegram):
    anna = telegram.person("Anna")
    anna.say("tea")
    with pytest.raises(NotSeen, match="(?s)does not see 'coffee'.*Anna: tea\nBot: tea"):
        anna.sees("coffee")
    anna.sees_not("coffee")
    assert anna.last == "tea"


def test_people_vote_in_a_group(telegram):
    anna, boris = telegram.person("Anna"), telegram.person("Boris")
    friends = telegram.group("Friends", [anna, boris])
    anna.say("/poll", to=friends)
    poll = friends.messages[-1]
    boris.vote(poll, 1, to=friends)
    friends.sees("No · 1")
    boris.leave(friends)
    assert friends.members[boris.id] == "left"


def test_messages_are_answered_sent_together_and_sent_on(telegram):
    anna = telegram.person("Anna")
    friends = telegram.group("Friends", [anna])
    anna.say("tea", to=friends)
    tea = friends.messages[0]
    anna.say("green tea", to=friends, reply_to=tea)
    assert [one["reply_to"] for one in friends.messages if one["text"] == "green tea"][0] == tea["id"]
    anna.send("sticker", to=friends)
    anna.send_picture("cup.png", "A cup", to=friends)
    anna.send_album(["one.png", "two.png"], to=friends)
    names = [one["photo"]["name"] for one in friends.messages if "photo" in one]
    assert names == ["cup.png", "one.png", "two.png"]
    anna.forward(tea, of=friends)
    anna.sees("tea")
    assert anna.messages[0]["forwarded"]


def test_without_a_bot_nothing_is_seen_and_a_bot_that_ends_is_told(telegram_session):
    program = telegram_session._program
    alone = Telegram(program=program)
    with pytest.raises(Refused, match="no bot has asked for updates yet"):
        alone.quiet(limit_ms=50)
    with pytest.raises(Refused, match="the bot has ended with 3"):
        alone.start_bot("python3 -c 'raise SystemExit(3)'")
    with pytest.raises(Refused):
        Telegram("no token", program=program)


def test_an_inline_answer_is_chosen(telegram):
    anna = telegram.person("Anna")
    answers = anna.asks_inline("tea")
    assert [one["title"] for one in answers.results] == ["You asked: tea"]
    answers.choose("1")
    assert "tea it is" in anna.screen


def test_the_clock_moves_and_runs_again(telegram):
    telegram.advance(3600)
    anna = telegram.person("Anna")
    anna.say("later")
    anna.sees("later")


def test_an_invoice_is_paid(telegram):
    anna = telegram.person("Anna")
    anna.say("/buy")
    anna.pay(anna.messages[-1])
    anna.sees("Thank you for 5 stars")
    assert telegram.faults == []


def test_what_is_awaited_is_all_that_there_is():
    for waits, awaited in [(Telegram, AsyncTelegram), (Person, AsyncPerson), (Group, AsyncGroup)]:
        names = {name for name in dir(waits) if not name.startswith("_")}
        assert names <= set(dir(awaited)), waits


def test_the_same_awaited(telegram):
    async def play():
        awaited = AsyncTelegram(telegram)
        anna = await awaited.person("Anna")
        await anna.say("hello")
        await anna.sees("hello")
        assert await awaited.faults() == []

    asyncio.run(play())
