// The stall on grammY.

import { Bot, GrammyError, InlineKeyboard, Keyboard } from "grammy";

const KEEPER = 4242;
const GOODS = { tea: ["Tea", 2], coffee: ["Coffee", 3] };
const carts = new Map();
const bot = new Bot(process.env.BOT_TOKEN, { client: { apiRoot: process.env.TELEGRAM_API_URL } });

const count = (chat) => carts.get(chat) ?? 0;

function menu(chat) {
  const keyboard = new InlineKeyboard();
  for (const [name, [title, price]] of Object.entries(GOODS)) keyboard.text(`${title} · ${price} €`, `add:${name}`);
  if (count(chat) > 0) keyboard.row().text("Order", "order");
  const text = "What would you like?" + (count(chat) > 0 ? `\nIn your cart: ${count(chat)}` : "");
  return [text, { reply_markup: keyboard }];
}

bot.command("start", (ctx) => {
  const hello = ctx.from.language_code === "uk" ? "Вітаю" : "Hello";
  const reply_markup = new InlineKeyboard().text("Menu", "menu").text("About", "about");
  return ctx.reply(`<b>${hello}</b>, ${ctx.from.first_name}!`, { parse_mode: "HTML", reply_markup });
});
bot.command("help", (ctx) => ctx.reply("<code>/start</code> shows the menu.", { parse_mode: "HTML" }));

bot.callbackQuery("menu", async (ctx) => {
  await ctx.answerCallbackQuery();
  await ctx.editMessageText(...menu(ctx.chat.id));
});
bot.callbackQuery("about", (ctx) =>
  ctx.answerCallbackQuery({ text: "A stall on the market, open from 8 to 18", show_alert: true }));
bot.callbackQuery(/^add:(.*)$/, async (ctx) => {
  carts.set(ctx.chat.id, count(ctx.chat.id) + 1);
  await ctx.answerCallbackQuery(`${GOODS[ctx.match[1]][0]} is in your cart`);
  await ctx.editMessageText(...menu(ctx.chat.id));
});
bot.callbackQuery("order", async (ctx) => {
  if (count(ctx.chat.id) === 0) return ctx.answerCallbackQuery("Your cart is empty");
  await ctx.answerCallbackQuery();
  await ctx.deleteMessage();
  const reply_markup = new Keyboard().requestContact("Share my phone").row().text("Cancel").resized();
  await ctx.reply("How can we reach you?", { reply_markup });
});

bot.on("message:contact", async (ctx) => {
  const { contact } = ctx.message;
  if (contact.user_id !== ctx.from.id) return ctx.reply("That is not your own number.");
  const ordered = count(ctx.chat.id);
  carts.delete(ctx.chat.id);
  await ctx.reply(`Thank you! We will call ${contact.phone_number}.`, { reply_markup: { remove_keyboard: true } });
  try {
    await ctx.api.sendMessage(KEEPER, `${ctx.from.first_name} has ordered ${ordered}.`);
  } catch (error) {
    if (!(error instanceof GrammyError)) throw error;
    await ctx.reply("We are not at the stall just now.");
  }
});
bot.on("message:text").filter((ctx) => ctx.message.text === "Cancel", (ctx) => {
  carts.delete(ctx.chat.id);
  return ctx.reply("Nothing is ordered.", { reply_markup: { remove_keyboard: true } });
});
bot.on("message:photo", (ctx) => ctx.replyWithPhoto(ctx.message.photo.at(-1).file_id, { caption: "A nice picture." }));
bot.on("edited_message:text", (ctx) => ctx.reply(`Now you say: ${ctx.editedMessage.text}`));
bot.on("message:text", (ctx) => ctx.reply(`What is “${ctx.message.text}”? Try /help.`));

process.once("SIGTERM", () => bot.stop());
await bot.start();
