"""The stall on aiogram."""

import asyncio
import os
from collections import Counter

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramAPIError
from aiogram.filters import Command
from aiogram.types import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

KEEPER = 4242
GOODS = {"tea": ("Tea", 2), "coffee": ("Coffee", 3)}
carts: Counter[int] = Counter()
dispatcher = Dispatcher()


def inline(*rows: list[tuple[str, str]]) -> InlineKeyboardMarkup:
    buttons = [[InlineKeyboardButton(text=label, callback_data=data) for label, data in row] for row in rows]
    return InlineKeyboardMarkup(inline_keyboard=buttons)


def menu(chat: int) -> dict[str, object]:
    goods = [(f"{title} · {price} €", f"add:{name}") for name, (title, price) in GOODS.items()]
    count = carts[chat]
    text = "What would you like?" + (f"\nIn your cart: {count}" if count else "")
    return {"text": text, "reply_markup": inline(goods, [("Order", "order")]) if count else inline(goods)}


@dispatcher.message(Command("start"))
async def start(message: Message) -> None:
    hello = "Вітаю" if message.from_user.language_code == "uk" else "Hello"
    buttons = inline([("Menu", "menu"), ("About", "about")])
    await message.answer(f"<b>{hello}</b>, {message.from_user.first_name}!", parse_mode="HTML", reply_markup=buttons)


@dispatcher.message(Command("help"))
async def help(message: Message) -> None:
    await message.answer("<code>/start</code> shows the menu.", parse_mode="HTML")


@dispatcher.callback_query(F.data == "menu")
async def show_menu(query: CallbackQuery) -> None:
    await query.answer()
    await query.message.edit_text(**menu(query.message.chat.id))


@dispatcher.callback_query(F.data == "about")
async def about(query: CallbackQuery) -> None:
    await query.answer("A stall on the market, open from 8 to 18", show_alert=True)


@dispatcher.callback_query(F.data.startswith("add:"))
async def add(query: CallbackQuery) -> None:
    carts[query.message.chat.id] += 1
    await query.answer(f"{GOODS[query.data[4:]][0]} is in your cart")
    await query.message.edit_text(**menu(query.message.chat.id))


@dispatcher.callback_query(F.data == "order")
async def order(query: CallbackQuery) -> None:
    if not carts[query.message.chat.id]:
        await query.answer("Your cart is empty")
        return
    await query.answer()
    await query.message.delete()
    share = KeyboardButton(text="Share my phone", request_contact=True)
    keyboard = ReplyKeyboardMarkup(keyboard=[[share], [KeyboardButton(text="Cancel")]], resize_keyboard=True)
    await query.message.answer("How can we reach you?", reply_markup=keyboard)


@dispatcher.message(F.contact)
async def contact(message: Message, bot: Bot) -> None:
    if message.contact.user_id != message.from_user.id:
        await message.answer("That is not your own number.")
        return
    count = carts.pop(message.chat.id, 0)
    text = f"Thank you! We will call {message.contact.phone_number}."
    await message.answer(text, reply_markup=ReplyKeyboardRemove())
    try:
        await bot.send_message(KEEPER, f"{message.from_user.first_name} has ordered {count}.")
    except TelegramAPIError:
        await message.answer("We are not at the stall just now.")


@dispatcher.message(F.text == "Cancel")
async def cancel(message: Message) -> None:
    carts.pop(message.chat.id, None)
    await message.answer("Nothing is ordered.", reply_markup=ReplyKeyboardRemove())


@dispatcher.message(F.photo)
async def photo(message: Message) -> None:
    await message.answer_photo(message.photo[-1].file_id, caption="A nice picture.")


@dispatcher.edited_message(F.text)
async def edited(message: Message) -> None:
    await message.answer(f"Now you say: {message.text}")


@dispatcher.message(F.text)
async def other(message: Message) -> None:
    await message.answer(f"What is “{message.text}”? Try /help.")


async def main() -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["TELEGRAM_API_URL"]))
    await dispatcher.start_polling(Bot(os.environ["BOT_TOKEN"], session=session))


asyncio.run(main())
