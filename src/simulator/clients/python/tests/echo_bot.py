"""A bot on the standard library alone."""

import json
import os
import urllib.request

API = f"{os.environ['TELEGRAM_API_URL']}/bot{os.environ['BOT_TOKEN']}"
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def call(method, **fields):
    body = json.dumps(fields).encode()
    request = urllib.request.Request(f"{API}/{method}", body, {"Content-Type": "application/json"})
    with OPENER.open(request, timeout=60) as answer:
        return json.load(answer)["result"]


def message(message):
    chat, text = message["chat"]["id"], message.get("text", "")
    if text == "/start":
        help_button = {"inline_keyboard": [[{"text": "Help", "callback_data": "help"}]]}
        call("sendMessage", chat_id=chat, text=f"Welcome, {message['from']['first_name']}", reply_markup=help_button)
    elif text == "/poll":
        call("sendPoll", chat_id=chat, question="Tea?", options=["Yes", "No"], is_anonymous=False)
    elif text == "/buy":
        prices = [{"label": "Tea", "amount": 5}]
        call("sendInvoice", chat_id=chat, title="Tea", description="Green", payload="tea", currency="XTR", prices=prices)
    elif paid := message.get("successful_payment"):
        call("sendMessage", chat_id=chat, text=f"Thank you for {paid['total_amount']} stars")
    elif text:
        call("sendMessage", chat_id=chat, text=text)


offset = 0
while True:
    for update in call("getUpdates", offset=offset, timeout=30):
        offset = update["update_id"] + 1
        if "message" in update:
            message(update["message"])
        elif tap := update.get("callback_query"):
            call("answerCallbackQuery", callback_query_id=tap["id"])
            call("sendMessage", chat_id=tap["from"]["id"], text="Write something")
        elif asked := update.get("inline_query"):
            content = {"message_text": f"{asked['query']} it is"}
            answer = {"type": "article", "id": "1", "title": f"You asked: {asked['query']}", "input_message_content": content}
            call("answerInlineQuery", inline_query_id=asked["id"], results=[answer])
        elif asked := update.get("pre_checkout_query"):
            call("answerPreCheckoutQuery", pre_checkout_query_id=asked["id"], ok=True)
