"""The stall on pyTelegramBotAPI."""

import os
from collections import Counter

from telebot import TeleBot, apihelper
from telebot.apihelper import ApiTelegramException
from telebot.types import (
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
apihelper.API_URL = os.environ["TELEGRAM_API_URL"] + "/bot{0}/{1}"
bot = TeleBot(os.environ["BOT_TOKEN"])


def inline(*rows: list[tuple[str, str]]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in rows])


def menu(chat: int) -> dict[str, object]:
    goods = [(f"{title} · {price} €", f"add:{name}") for name, (title, price) in GOODS.items()]
    count = carts[chat]
    text = "What would you like?" + (f"\nIn your cart: {count}" if count else "")
    return {"text": text, "reply_markup": inline(goods, [("Order", "order")]) if count else inline(goods)}


@bot.message_handler(commands=["start"])
def start(message: Message) -> None:
    hello = "Вітаю" if message.from_user.language_code == "uk" else "Hello"
    buttons = inline([("Menu", "menu"), ("About", "about")])
    text = f"<b>{hello}</b>, {message.from_user.first_name}!"
    bot.send_message(message.chat.id, text, parse_mode="HTML", reply_markup=buttons)


@bot.message_handler(commands=["help"])
def help(message: Message) -> None:
    bot.send_message(message.chat.id, "<code>/start</code> shows the menu.", parse_mode="HTML")


@bot.callback_query_handler(lambda query: True)
def tapped(query: CallbackQuery) -> None:
    chat, message = query.message.chat.id, query.message.message_id
    if query.data == "about":
        bot.answer_callback_query(query.id, "A stall on the market, open from 8 to 18", show_alert=True)
    elif query.data == "menu":
        bot.answer_callback_query(query.id)
        bot.edit_message_text(chat_id=chat, message_id=message, **menu(chat))
    elif query.data.startswith("add:"):
        carts[chat] += 1
        bot.answer_callback_query(query.id, f"{GOODS[query.data[4:]][0]} is in your cart")
        bot.edit_message_text(chat_id=chat, message_id=message, **menu(chat))
    elif not carts[chat]:
        bot.answer_callback_query(query.id, "Your cart is empty")
    else:
        bot.answer_callback_query(query.id)
        bot.delete_message(chat, message)
        keyboard = ReplyKeyboardMarkup(resize_keyboard=True)
        keyboard.row(KeyboardButton("Share my phone", request_contact=True))
        keyboard.row(KeyboardButton("Cancel"))
        bot.send_message(chat, "How can we reach you?", reply_markup=keyboard)


@bot.message_handler(content_types=["contact"])
def contact(message: Message) -> None:
    chat, user = message.chat.id, message.from_user
    if message.contact.user_id != user.id:
        bot.send_message(chat, "That is not your own number.")
        return
    count = carts.pop(chat, 0)
    text = f"Thank you! We will call {message.contact.phone_number}."
    bot.send_message(chat, text, reply_markup=ReplyKeyboardRemove())
    try:
        bot.send_message(KEEPER, f"{user.first_name} has ordered {count}.")
    except ApiTelegramException:
        bot.send_message(chat, "We are not at the stall just now.")


@bot.message_handler(func=lambda message: message.text == "Cancel")
def cancel(message: Message) -> None:
    carts.pop(message.chat.id, None)
    bot.send_message(message.chat.id, "Nothing is ordered.", reply_markup=ReplyKeyboardRemove())


@bot.message_handler(content_types=["photo"])
def photo(message: Message) -> None:
    bot.send_photo(message.chat.id, message.photo[-1].file_id, caption="A nice picture.")


@bot.edited_message_handler(content_types=["text"])
def edited(message: Message) -> None:
    bot.send_message(message.chat.id, f"Now you say: {message.text}")


@bot.message_handler(content_types=["text"])
def other(message: Message) -> None:
    bot.send_message(message.chat.id, f"What is “{message.text}”? Try /help.")


bot.polling()
