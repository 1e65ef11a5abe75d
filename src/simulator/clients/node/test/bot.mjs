// A bot without dependencies.

const api = `${process.env.TELEGRAM_API_URL}/bot${process.env.BOT_TOKEN}`;

async function call(method, fields) {
  const answer = await fetch(`${api}/${method}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(fields) });
  return (await answer.json()).result;
}

for (let offset = 0; ; ) {
  for (const update of await call("getUpdates", { offset, timeout: 30 })) {
    offset = update.update_id + 1;
    const { message, callback_query: tap, inline_query: asked } = update;
    if (asked) {
      const input_message_content = { message_text: `${asked.query} it is` };
      const results = [{ type: "article", id: "1", title: `You asked: ${asked.query}`, input_message_content }];
      await call("answerInlineQuery", { inline_query_id: asked.id, results });
    } else if (tap) {
      await call("answerCallbackQuery", { callback_query_id: tap.id });
      await call("sendMessage", { chat_id: tap.from.id, text: "Write something" });
    } else if (message?.text === "/start") {
      const reply_markup = { inline_keyboard: [[{ text: "Help", callback_data: "help" }]] };
      await call("sendMessage", { chat_id: message.chat.id, text: `Welcome, ${message.from.first_name}`, reply_markup });
    } else if (message?.text) {
      await call("sendMessage", { chat_id: message.chat.id, text: message.text });
    }
  }
}
