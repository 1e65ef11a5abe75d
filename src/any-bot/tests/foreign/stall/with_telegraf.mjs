// The stall on Telegraf.

import { Markup, Telegraf, TelegramError } from "telegraf";
import { message, editedMessage } from "telegraf/filters";

const KEEPER = 4242;
const GOODS = { tea: ["Tea", 2], coffee: ["Coffee", 3] };
const carts = new Map();
const bot = new Telegraf(process.env.BOT_TOKEN, { telegram: { apiRoot: process.env.TELEGRAM_API_URL } });

const count = (chat) => carts.get(chat) ?? 0;

function menu(chat) {
  const goods = Object.entries(GOODS).map(([name, [title, price]]) => Markup.button.callback(`${title} · ${price} €`, `add:${name}`));
  const rows = count(chat) > 0 ? [goods, [Markup.button.callback("Order", "order")]] : [goods];
  const text = "What would you like?" + (count(chat) > 0 ? `\nIn your cart: ${count(chat)}` : "");
  return [text, Markup.inlineKeyboard(rows)];
}

bot.start((ctx) => {
  const hello = ctx.from.language_code === "uk" ? "Вітаю" : "Hello";
  const buttons = Markup.inlineKeyboard([Markup.button.callback("Menu", "menu"), Markup.button.callback("About", "about")]);
  return ctx.replyWithHTML(`<b>${hello}</b>, ${ctx.from.first_name}!`, buttons);
});
bot.help((ctx) => ctx.replyWithHTML("<code>/start</code> shows the menu."));

bot.action("menu", async (ctx) => {
  await ctx.answerCbQuery();
  await ctx.editMessageText(...menu(ctx.chat.id));
});
bot.action("about", (ctx) => ctx.answerCbQuery("A stall on the market, open from 8 to 18", { show_alert: true }));
bot.action(/^add:(.*)$/, async (ctx) => {
  carts.set(ctx.chat.id, count(ctx.chat.id) + 1);
  await ctx.answerCbQuery(`${GOODS[ctx.match[1]][0]} is in your cart`);
  await ctx.editMessageText(...menu(ctx.chat.id));
});
bot.action("order", async (ctx) => {
  if (count(ctx.chat.id) === 0) return ctx.answerCbQuery("Your cart is empty");
  await ctx.answerCbQuery();
  await ctx.deleteMessage();
  const keys = [[Markup.button.contactRequest("Share my phone")], ["Cancel"]];
  await ctx.reply("How can we reach you?", Markup.keyboard(keys).resize());
});

bot.on(message("contact"), async (ctx) => {
  const { contact } = ctx.message;
  if (contact.user_id !== ctx.from.id) return ctx.reply("That is not your own number.");
  const ordered = count(ctx.chat.id);
  carts.delete(ctx.chat.id);
  await ctx.reply(`Thank you! We will call ${contact.phone_number}.`, Markup.removeKeyboard());
  try {
    await ctx.telegram.sendMessage(KEEPER, `${ctx.from.first_name} has ordered ${ordered}.`);
  } catch (error) {
    if (!(error instanceof TelegramError)) throw error;
    await ctx.reply("We are not at the stall just now.");
  }
});
bot.hears("Cancel", (ctx) => {
  carts.delete(ctx.chat.id);
  return ctx.reply("Nothing is ordered.", Markup.removeKeyboard());
});
bot.on(message("photo"), (ctx) => ctx.replyWithPhoto(ctx.message.photo.at(-1).file_id, { caption: "A nice picture." }));
bot.on(editedMessage("text"), (ctx) => ctx.reply(`Now you say: ${ctx.editedMessage.text}`));
bot.on(message("text"), (ctx) => ctx.reply(`What is “${ctx.message.text}”? Try /help.`));

process.once("SIGTERM", () => bot.stop("SIGTERM"));
await bot.launch();
