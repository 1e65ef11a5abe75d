"""A small bot on aiogram, which knows nothing of shopkeeper: it talks to the simulator as it would to Telegram.

Started by tests/foreign.rs as `echo_bot.py <base URL> <token>`.
"""

import asyncio
import sys

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest
from aiogram.filters import Command, CommandStart
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

dispatcher = Dispatcher()


def counter(count: int) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [
                InlineKeyboardButton(text=f"Count {count}", callback_data=f"count:{count + 1}"),
                InlineKeyboardButton(text="Same", callback_data=f"count:{count}"),
            ]
        ]
    )


@dispatcher.message(CommandStart())
async def start(message: Message) -> None:
    await message.answer("*Hello*, Anna\\!", parse_mode="MarkdownV2", reply_markup=counter(0))


@dispatcher.message(Command("ask"))
async def ask(message: Message) -> None:
    share = KeyboardButton(text="Share my phone", request_contact=True)
    keyboard = ReplyKeyboardMarkup(keyboard=[[share], [KeyboardButton(text="No")]], resize_keyboard=True)
    await message.answer("Your phone?", reply_markup=keyboard)


@dispatcher.message(F.contact)
async def contact(message: Message) -> None:
    own = message.contact.user_id == message.from_user.id
    await message.answer(f"own: {own}", reply_markup=ReplyKeyboardRemove())


@dispatcher.message(F.photo)
async def photo(message: Message, bot: Bot) -> None:
    """Downloads the picture, and sends it back twice: by file_id, and as an album of new uploads."""
    largest = message.photo[-1]
    content = (await bot.download(largest)).read()
    await message.answer_photo(largest.file_id, caption=f"{largest.width}×{largest.height}")
    upload = lambda name: InputMediaPhoto(media=BufferedInputFile(content, name))
    await message.answer_media_group([upload("one.png"), upload("two.png")])


@dispatcher.message(F.text)
async def echo(message: Message) -> None:
    await message.reply(message.text, entities=message.entities)


@dispatcher.callback_query(F.data.startswith("count:"))
async def count(query: CallbackQuery) -> None:
    count = int(query.data.split(":")[1])
    try:
        await query.message.edit_text(f"Count: {count}", reply_markup=counter(count))
        await query.answer(str(count))
    except TelegramBadRequest as error:
        await query.answer(error.message.split(":")[1].strip(), show_alert=True)


async def main(base: str, token: str) -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(base))
    bot = Bot(token, session=session)
    await bot.set_my_commands([BotCommand(command="start", description="Begin")])
    await dispatcher.start_polling(bot, polling_timeout=5)


asyncio.run(main(*sys.argv[1:]))
