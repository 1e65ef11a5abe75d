// Where a person writes: the field, the bot's commands, the reply keyboard, START and UNBLOCK.

import { iconButton, make } from "./dom.js";
import { Popup } from "./menus.js";
import { Suggestions } from "./suggestions.js";

export class Composer {
  constructor(chat) {
    this.chat = chat;
    this.hidden = false;
    this.field = make("textarea", { className: "field", rows: 1, placeholder: "Message", "aria-label": "Message", autocomplete: "off" });
    this.send = iconButton("send", "Send");
    this.send.type = "submit";
    this.keys = iconButton("keys", "Show or hide the keyboard", () => this.toggle());
    this.menu = make("button", { type: "button", className: "menu", textContent: "Menu" });
    this.file = make("input", { type: "file", accept: "image/png,image/jpeg", hidden: true, onchange: () => this.sendPicture() });
    this.start = make("button", { type: "button", className: "start", onclick: () => this.begin() });
    this.board = make("div", { className: "keyboard", role: "group", "aria-label": "The bot's keyboard" });
    const attach = iconButton("attach", "Send a picture", () => this.file.click());
    const onsubmit = (event) => { event.preventDefault(); this.submit(); };
    this.form = make("form", { className: "write", onsubmit }, this.menu, attach, this.field, this.keys, this.send);
    const commands = new Popup(this.menu, "commands", () => this.commands());
    this.suggestions = new Suggestions(this.field, () => chat.view?.commands || [], (command) => this.say(command));
    this.node = make("div", { className: "composer" }, commands.node, this.suggestions.node, this.start, this.form, this.board, this.file);
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
    const fresh = !view.messages.length && !view.blocked && !this.chat.pending.length;
    this.start.hidden = !(fresh || view.blocked) && !past;
    this.start.textContent = past ? "BACK TO NOW" : view.blocked ? "UNBLOCK" : "START";
    this.form.hidden = fresh || view.blocked || past;
    this.menu.hidden = !view.commands?.length;
    this.field.placeholder = view.keyboard?.placeholder || "Message";
    this.drawKeyboard(view, past);
    this.fit();
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

  async press(button) {
    if (!button.contact) return this.say(button.label);
    const phone = await this.chat.ask(`Share your phone number with ${this.chat.name()}?`, "+380501234567");
    if (phone) this.chat.act("contact", { phone, own: true });
  }

  begin() {
    if (this.chat.past) return this.chat.backToNow();
    if (this.chat.view.blocked) return this.chat.act("unblock");
    return this.say("/start");
  }

  say(text) {
    this.chat.say(text);
  }

  submit() {
    const text = this.field.value.trim();
    if (!text) return;
    this.field.value = "";
    this.fit();
    this.say(text);
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
    this.suggestions.draw();
  }

  sendPicture() {
    const [file] = this.file.files;
    if (!file) return;
    const caption = this.field.value.trim();
    this.field.value = "";
    this.file.value = "";
    this.fit();
    this.chat.sendPicture(file, caption);
  }

  commands() {
    return this.chat.view.commands.map(({ command, description }) =>
      ({ title: `/${command}`, note: description, run: () => this.say(`/${command}`) }));
  }
}
