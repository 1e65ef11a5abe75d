"""The stall on python-telegram-bot."""

import os
from collections import Counter

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram.error import TelegramError
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

KEEPER = 4242
GOODS = {"tea": ("Tea", 2), "coffee": ("Coffee", 3)}
carts: Counter[int] = Counter()
Context = ContextTypes.DEFAULT_TYPE


def inline(*rows: list[tuple[str, str]]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in rows])


def menu(chat: int) -> dict[str, object]:
    goods = [(f"{title} · {price} €", f"add:{name}") for name, (title, price) in GOODS.items()]
    count = carts[chat]
    text = "What would you like?" + (f"\nIn your cart: {count}" if count else "")
    return {"text": text, "reply_markup": inline(goods, [("Order", "order")]) if count else inline(goods)}


async def start(update: Update, _: Context) -> None:
    user = update.effective_user
    hello = "Вітаю" if user.language_code == "uk" else "Hello"
    buttons = inline([("Menu", "menu"), ("About", "about")])
    await update.message.reply_html(f"<b>{hello}</b>, {user.first_name}!", reply_markup=buttons)


async def help(update: Update, _: Context) -> None:
    await update.message.reply_html("<code>/start</code> shows the menu.")


async def tapped(update: Update, context: Context) -> None:
    query, chat = update.callback_query, update.effective_chat.id
    if query.data == "about":
        await query.answer("A stall on the market, open from 8 to 18", show_alert=True)
    elif query.data == "menu":
        await query.answer()
        await query.edit_message_text(**menu(chat))
    elif query.data.startswith("add:"):
        carts[chat] += 1
        await query.answer(f"{GOODS[query.data[4:]][0]} is in your cart")
        await query.edit_message_text(**menu(chat))
    elif not carts[chat]:
        await query.answer("Your cart is empty")
    else:
        await query.answer()
        await query.delete_message()
        keys = [[KeyboardButton("Share my phone", request_contact=True)], [KeyboardButton("Cancel")]]
        keyboard = ReplyKeyboardMarkup(keys, resize_keyboard=True)
        await context.bot.send_message(chat, "How can we reach you?", reply_markup=keyboard)


async def contact(update: Update, context: Context) -> None:
    shared, user = update.message.contact, update.effective_user
    if shared.user_id != user.id:
        await update.message.reply_text("That is not your own number.")
        return
    count = carts.pop(user.id, 0)
    await update.message.reply_text(
        f"Thank you! We will call {shared.phone_number}.", reply_markup=ReplyKeyboardRemove()
    )
    try:
        await context.bot.send_message(KEEPER, f"{user.first_name} has ordered {count}.")
    except TelegramError:
        await update.message.reply_text("We are not at the stall just now.")


async def cancel(update: Update, _: Context) -> None:
    carts.pop(update.effective_chat.id, None)
    await update.message.reply_text("Nothing is ordered.", reply_markup=ReplyKeyboardRemove())


async def photo(update: Update, _: Context) -> None:
    await update.message.reply_photo(update.message.photo[-1], caption="A nice picture.")


async def edited(update: Update, _: Context) -> None:
    await update.edited_message.reply_text(f"Now you say: {update.edited_message.text}")


async def other(update: Update, _: Context) -> None:
    await update.message.reply_text(f"What is “{update.message.text}”? Try /help.")


base = os.environ["TELEGRAM_API_URL"]
builder = Application.builder().token(os.environ["BOT_TOKEN"])
application = builder.base_url(f"{base}/bot").base_file_url(f"{base}/file/bot").build()
new = filters.UpdateType.MESSAGE
application.add_handlers(
    [
        CommandHandler("start", start),
        CommandHandler("help", help),
        CallbackQueryHandler(tapped),
        MessageHandler(new & filters.CONTACT, contact),
        MessageHandler(new & filters.Text(["Cancel"]), cancel),
        MessageHandler(new & filters.PHOTO, photo),
        MessageHandler(filters.UpdateType.EDITED_MESSAGE & filters.TEXT, edited),
        MessageHandler(new & filters.TEXT, other),
    ]
)
application.run_polling()
