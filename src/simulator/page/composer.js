// Where a person writes: the field, the bot's commands, the reply keyboard, START, UNBLOCK and JOIN.

import { openApp } from "./app.js";
import { author, gist } from "./message.js";
import { iconButton, make } from "./dom.js";
import { InlineMode } from "./inline.js";
import { Popup } from "./menus.js";
import { Suggestions } from "./suggestions.js";

const SILENT = "You may not write here";

export class Composer {
  constructor(chat) {
    this.chat = chat;
    this.hidden = false;
    this.field = make("textarea", { className: "field", rows: 1, placeholder: "Message", "aria-label": "Message", autocomplete: "off" });
    this.send = iconButton("send", "Send");
    this.send.type = "submit";
    this.keys = iconButton("keys", "Show or hide the keyboard", () => this.toggle());
    this.menu = make("button", { type: "button", className: "menu", textContent: "Menu" });
    this.app = make("button", { type: "button", className: "menu", onclick: () => this.openApp() });
    this.file = make("input", { type: "file", accept: "image/png,image/jpeg", hidden: true, onchange: () => this.sendPicture() });
    this.start = make("button", { type: "button", className: "start", onclick: () => this.begin() });
    this.answered = make("div", { className: "answered", hidden: true });
    this.board = make("div", { className: "keyboard", role: "group", "aria-label": "The bot's keyboard" });
    this.attach = iconButton("attach", "Send a picture", () => this.file.click());
    const onsubmit = (event) => { event.preventDefault(); this.submit(); };
    this.form = make("form", { className: "write", onsubmit }, this.menu, this.app, this.attach, this.field, this.keys, this.send);
    const commands = new Popup(this.menu, "commands", () => this.commands());
    this.suggestions = new Suggestions(this.field);
    this.inline = new InlineMode(chat, this.suggestions);
    this.node = make("div", { className: "composer" }, commands.node, this.suggestions.node, this.start, this.answered, this.form, this.board, this.file);
    // Until the chat is known there is nothing to press.
    this.node.hidden = true;
    this.field.oninput = () => this.fit();
    this.field.onkeydown = (event) => this.key(event);
    this.fit();
  }

  /// Draws what the chat looks like now, or then.
  draw(view, past) {
    this.node.hidden = false;
    const keyboard = JSON.stringify(view.keyboard);
    if (keyboard !== this.shown) this.hidden = false;
    this.shown = keyboard;
    const bar = past ? "BACK TO NOW" : this.bar(view);
    this.start.hidden = !bar;
    this.start.textContent = bar;
    this.start.disabled = bar === SILENT;
    this.form.hidden = Boolean(bar);
    const app = !view.group && view.menu_button?.type === "web_app" ? view.menu_button : null;
    this.app.hidden = !app;
    this.app.textContent = app?.text || "";
    this.menu.hidden = Boolean(app) || !view.commands?.length;
    const topic = view.group?.topics.find((one) => one.id === this.chat.topic);
    this.field.placeholder = view.keyboard?.placeholder || (topic ? `Message in ${topic.name}` : "Message");
    this.drawKeyboard(view, past);
    this.fit();
  }

  /// Shows which message is answered by what is written next.
  drawAnswered(post) {
    this.answered.hidden = !post;
    if (!post) return;
    const words = make("span", {}, make("b", { textContent: `Reply to ${author(post, this.chat)}` }), make("small", { textContent: gist(post) }));
    this.answered.replaceChildren(words, iconButton("close", "No reply", () => this.chat.replyTo(null)));
  }

  // What stands in place of the field, if anything does.
  bar(view) {
    if (view.group) return !view.group.inside ? "JOIN" : view.group.may_write ? "" : SILENT;
    if (view.blocked) return "UNBLOCK";
    return view.messages.length || this.chat.pending.length ? "" : "START";
  }

  drawKeyboard(view, past) {
    const rows = view.keyboard?.rows;
    const shown = rows && !view.blocked && (past || !this.hidden);
    this.keys.hidden = !rows;
    this.keys.classList.toggle("on", Boolean(shown));
    this.keys.setAttribute("aria-pressed", String(Boolean(shown)));
    this.board.hidden = !shown;
    const drawn = shown ? JSON.stringify(rows) : "";
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.board.replaceChildren(...(shown ? rows : []).map((row) => make("div", {}, ...row.map((button) =>
      make("button", { type: "button", textContent: button.label, onclick: () => this.press(button) })))));
  }

  toggle() {
    this.hidden = !this.hidden;
    this.drawKeyboard(this.chat.view, false);
  }

  press(button) {
    if (button.contact) return this.shareContact();
    if (button.web_app) return openApp(this.chat, button.web_app.url, button.label);
    if (button.request_location) return this.chat.act("send", { kind: "location" });
    if (button.request_poll) return this.chat.act("send", { kind: "poll" });
    if (button.request_managed_bot) return this.makeBot(button.request_managed_bot);
    const asks = Object.keys(button).find((name) => name.startsWith("request_"));
    return asks ? this.chat.toast(`The simulator does not do what ${asks} asks for.`) : this.say(button.label);
  }

  /// Shares the person's own number; tells whether they did.
  async shareContact() {
    const phone = await this.chat.ask(`Share your phone number with ${this.chat.botTitle()}?`, "+380501234567");
    return Boolean(phone && (await this.chat.act("contact", { phone, own: true })));
  }

  /// Makes a bot for the bot to manage.
  async makeBot({ suggested_name: name, suggested_username: suggested }) {
    const username = await this.chat.ask("The username of the new bot? It ends with “bot”.", suggested || "my_new_bot");
    return username && this.chat.actOn("bot", { text: name || username, username });
  }

  openApp() {
    openApp(this.chat, this.chat.view.menu_button.web_app.url);
  }

  begin() {
    if (this.chat.past) return this.chat.backToNow();
    if (this.chat.view.group) return this.chat.actOn("join");
    if (this.chat.view.blocked) return this.chat.act("unblock");
    return this.say("/start");
  }

  say(text) {
    this.chat.say(text);
  }

  submit() {
    const text = this.field.value.trim();
    if (!text) return;
    this.write("");
    this.say(text);
  }

  /// Puts a text into the field, as if it were typed.
  write(text) {
    this.field.value = text;
    this.fit();
  }

  key(event) {
    if (this.suggestions.key(event)) return;
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  fit() {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
    this.send.disabled = !this.field.value.trim();
    if (!this.inline.heard(this.field.value)) this.offerCommands();
  }

  // "/ca" offers /catalogue and /cart.
  offerCommands() {
    const typed = /^\/\w*$/.test(this.field.value) ? this.field.value.slice(1).toLowerCase() : null;
    const fitting = typed === null ? [] : (this.chat.view?.commands || []).filter(({ command }) => command.startsWith(typed));
    this.suggestions.offer("Commands", fitting.map(({ command, description }) => ({
      title: `/${command}`,
      note: description,
      take: () => { this.write(""); this.command(command); },
      complete: () => this.write(`/${command}`),
    })));
  }

  // In a group a command says for whom it is.
  command(command) {
    this.say(`/${command}${this.chat.view.group ? `@${this.chat.botName()}` : ""}`);
  }

  sendPicture() {
    const [file] = this.file.files;
    if (!file) return;
    const caption = this.field.value.trim();
    this.file.value = "";
    this.write("");
    this.chat.sendPicture(file, caption);
  }

  commands() {
    return this.chat.view.commands.map(({ command, description }) =>
      ({ title: `/${command}`, note: description, run: () => this.command(command) }));
  }
}
