// One chat on a person's screen: their own with the bot, a group, or a channel. It draws what the simulator tells of it, and
// sends the person's deeds back.

import { ask, botPath, listen, personPath } from "./api.js";
import { openApp } from "./app.js";
import { Composer } from "./composer.js";
import { copyText, Curtain } from "./dialogs.js";
import { clock, icon, iconButton, make } from "./dom.js";
import { Log } from "./log.js";
import { Popup } from "./menus.js";
import { gist } from "./message.js";
import { deeds } from "./deeds.js";
import { places } from "./places.js";

/// So long a tapped button waits for something to happen.
const PATIENCE = 3000;
const TOAST = 3500;

export class Chat {
  /// `page` is told of what concerns more than this chat: `focused(chat)`, `changed(chat)`, `menu(chat)`. `place` is the id of a
  /// group or channel; the person's own chat with the bot has their id.
  constructor(token, person, page, place = person) {
    Object.assign(this, { token, person, page, place, topic: null, answered: null, view: null, past: null, pending: [], waiting: [], unread: 0, joining: new Set() });
    this.node = make("section", { className: "pane", "aria-label": "Chat" });
    this.node.dataset.person = person;
    this.log = new Log(this);
    this.composer = new Composer(this);
    this.curtain = new Curtain(this.node);
    this.toasts = make("div", { className: "toast", role: "status", hidden: true });
    this.pinned = make("button", { type: "button", className: "pinned", hidden: true, onclick: () => this.goTo(this.view.pinned) });
    this.then = make("div", { className: "then", role: "status", hidden: true });
    this.node.append(this.header(), this.then, this.pinned, this.log.node, make("footer", {}, this.composer.node));
    // Above a Mini App, too.
    this.node.append(this.toasts);
    for (const event of ["pointerdown", "focusin"]) this.node.addEventListener(event, () => page.focused(this));
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.past) this.backToNow();
    });
    this.attend();
  }

  attend() {
    this.stream = listen(this.path("events"), {
      chat: (view) => this.hear(view),
      toast: (text) => { this.settle(); this.toast(text); },
      alert: (text) => { this.settle(); this.curtain.alert(text); },
      answered: () => this.settle(),
      // A group has become a supergroup, which has another id.
      moved: (id) => this.enter(id),
    }, () => this.drawStatus("connecting…"));
  }

  header() {
    this.avatar = make("div", { className: "avatar", "aria-hidden": "true" });
    this.title = make("h2", { textContent: "…" });
    this.status = make("p", {});
    this.chooser = make("select", { className: "person", "aria-label": "Who I am", onchange: () => this.page.choose(this) });
    this.add = iconButton("add", "Add a person beside", () => {});
    this.shut = iconButton("close", "Close this chat", () => this.page.close(this));
    this.more = iconButton("more", "More", () => {});
    this.chats = iconButton("chats", "Chats of this person", () => {});
    this.listing = new Popup(this.chats, "places", () => places(this));
    const beside = new Popup(this.add, "beside", () => this.page.beside());
    const menu = new Popup(this.more, "deeds", () => [...this.page.menu(this), ...deeds(this, this.page.people())]);
    this.mapper = iconButton("chart", "The map", () => this.page.showMap());
    this.mapper.hidden = true;
    return make("header", {}, this.chats, this.avatar, make("div", { className: "who" }, this.title, this.status), this.chooser,
      this.mapper, this.add, this.shut, this.more, this.listing.node, beside.node, menu.node);
  }

  close() {
    this.app?.close();
    this.stream.close();
    this.node.remove();
  }

  /// Goes to another chat of the same person, and does something once it is there.
  enter(place, then = null) {
    if (place === this.place) return then?.();
    this.app?.close();
    this.backToNow();
    this.settle();
    this.stream.close();
    clearTimeout(this.typingEnds);
    clearTimeout(this.draftEnds);
    Object.assign(this, { place, entering: then, topic: null, view: null, pending: [], unread: 0 });
    // Nothing of the chat before can be used until the next one is known.
    this.log.empty();
    this.composer.node.hidden = true;
    this.pinned.hidden = true;
    this.composer.write("");
    this.replyTo(null);
    this.attend();
    this.page.entered();
  }

  // ---- what others ask

  /// What the chat is called.
  name() {
    return this.view?.group?.title || this.botTitle();
  }

  botTitle() {
    return this.view?.bot.name || this.view?.bot.username || "Bot";
  }

  /// Whether it is the person's own chat with the bot.
  isOwn() {
    return this.place === this.person;
  }

  /// Where the simulator is asked about this chat, or told what the person does here.
  path(what) {
    const person = personPath(this.token, this.person);
    return this.isOwn() ? `${person}/${what}` : `${person}/chats/${this.place}/${what}`;
  }

  botName() {
    return this.view?.bot.username || "";
  }

  personName() {
    return this.view?.person.first_name || `Person ${this.person}`;
  }

  post(id) {
    return id ? this.shown().messages.find((post) => post.id === id) : undefined;
  }

  shown() {
    return this.past?.chat || this.view;
  }

  chatPath(act) {
    return `${personPath(this.token, this.person)}/chats/${this.place}/${act}`;
  }

  /// What is written next answers this message; null: none.
  replyTo(id) {
    this.answered = id;
    this.composer.drawAnswered(this.post(id));
    if (id) this.composer.field.focus();
  }

  // Where what is sent now stands: in which topic, and what it answers.
  placing() {
    if (this.past) return {};
    const place = { ...(this.topic && { topic: this.topic }), ...(this.answered && { reply_to: this.answered }) };
    this.replyTo(null);
    return place;
  }

  // ---- drawing

  hear(view) {
    const before = this.view;
    this.view = view;
    const own = (one) => one?.messages.filter((post) => post.mine).length || 0;
    // What was on its way has arrived; texts that could not be sent stay.
    if (before) this.arrived(own(view) - own(before));
    if (JSON.stringify(before?.messages) !== JSON.stringify(view.messages)) this.settle();
    const fresh = before ? view.messages.filter((post) => !post.mine && post.id > this.newest).length : 0;
    this.newest = Math.max(0, ...view.messages.map((post) => post.id));
    this.unread += fresh;
    if (!this.past) this.draw();
    this.page.changed(this);
    // What the bot shows to who asks to be let in opens by itself, once.
    const apps = view.join_apps.map(({ url }) => url).filter((url) => !this.joining.has(url));
    this.joining = new Set([...this.joining, ...apps]);
    apps.forEach((url) => openApp(this, url));
    const then = before ? null : this.entering;
    if (then) this.entering = null;
    then?.();
  }

  arrived(count) {
    for (const one of this.pending.filter((one) => !one.failed).slice(0, Math.max(0, count))) {
      this.pending.splice(this.pending.indexOf(one), 1);
    }
  }

  draw() {
    const view = this.shown();
    if (!view) return;
    const past = Boolean(this.past);
    this.node.classList.toggle("past", past);
    this.node.setAttribute("aria-label", `Chat of ${this.personName()} ${this.isOwn() ? "with" : "in"} ${this.name()}`);
    this.title.textContent = this.name();
    this.avatar.textContent = [...this.name()][0];
    this.drawStatus();
    this.drawPinned(view);
    this.log.draw(view.messages, past ? null : view.draft, past ? [] : this.pending, empty(view), this.past?.marked);
    clearTimeout(this.draftEnds);
    // Telegram shows a draft for half a minute.
    if (view.draft && !past) this.draftEnds = setTimeout(() => { view.draft = null; this.draw(); }, 30_000);
    this.composer.draw(view, past);
  }

  drawStatus(words) {
    clearTimeout(this.typingEnds);
    if (!this.view) return;
    const { typing, listens } = this.view;
    this.status.classList.toggle("typing", Boolean(typing && !words));
    const state = listens ? "online" : "not running";
    this.status.textContent = words || (typing ? "typing" : this.view.group ? crowd(this.view) : state);
    this.status.title = `@${this.botName()}`;
    if (!typing) return;
    this.typingEnds = setTimeout(() => { this.view.typing = false; this.drawStatus(); }, 5000);
  }

  drawPinned(view) {
    const id = view.pinned?.id ?? view.pinned;
    this.pinned.hidden = !id;
    if (!id) return;
    const words = make("span", {}, make("b", { textContent: "Pinned message" }), make("small", { textContent: gist(this.post(id)) }));
    this.pinned.replaceChildren(icon("pin"), words);
  }

  toast(text) {
    clearTimeout(this.toastEnds);
    this.toasts.textContent = text;
    this.toasts.hidden = false;
    this.toastEnds = setTimeout(() => { this.toasts.hidden = true; }, Math.max(TOAST, text.length * 60));
  }

  ask(question, value) {
    return this.curtain.ask(question, value);
  }

  goTo(id) {
    if (!this.log.goTo(id?.id ?? id)) this.toast("This message is gone.");
  }

  async copy(text) {
    this.toast((await copyText(text)) ? "Copied to the clipboard." : `Copy it by hand: ${text}`);
  }

  // ---- the past

  /// Shows the chat as it was after a turn; `before` is how it was before that, if that is known.
  showThen(turn, before) {
    const old = new Map((before?.messages || []).map((post) => [post.id, JSON.stringify(post)]));
    const marked = (post) => Boolean(before) && old.get(post.id) !== JSON.stringify(post);
    this.past = { chat: turn.chat, marked };
    const back = make("button", { type: "button", textContent: "Back to now", onclick: () => this.backToNow() });
    this.then.replaceChildren(make("span", {}, make("b", { textContent: `As ${this.personName()} saw it at ${clock(turn.at, true)}` }),
      make("small", { textContent: `after: ${turn.input}` })), back);
    this.then.hidden = false;
    this.log.clear();
    this.draw();
  }

  backToNow() {
    if (!this.past) return;
    this.past = null;
    this.then.hidden = true;
    this.log.clear();
    this.draw();
    this.page.backToNow(this);
  }

  // ---- deeds

  /// Does something as this person; a refusal is shown here. Null after a refusal.
  async act(deed, wish = {}) {
    return this.attempt(() => ask("POST", this.path(deed), wish));
  }

  /// Does what people do in any chat: a vote, a payment, a reaction, a question to the bot in its inline mode.
  async actOn(act, details = {}) {
    return this.attempt(() => ask("POST", this.chatPath(act), details));
  }

  async attempt(deed) {
    if (this.past) {
      this.toast("This is the past. Go back to now to do something.");
      return null;
    }
    try {
      return await deed();
    } catch (error) {
      this.toast(error.message);
      return null;
    }
  }

  /// Sends something else than a text into this chat; what it was to answer stays if it is refused.
  async send(act, details) {
    const place = this.placing();
    const sent = await this.actOn(act, { ...details, ...place });
    if (!sent && place.reply_to) this.replyTo(place.reply_to);
  }

  /// Says to the bot what a link to it means: in the person's own chat.
  start(text) {
    this.enter(this.person, () => this.say(text));
  }

  /// Says something; it stands in the chat at once.
  async say(text, place = this.placing()) {
    if (this.past) return this.attempt(() => null);
    const one = { text, failed: "" };
    const there = this.place;
    this.pending.push(one);
    this.log.atEnd = true;
    this.draw();
    try {
      await ask("POST", this.chatPath("say"), { text, ...place });
      if (this.place !== there || this.view?.group?.type !== "channel") return;
      // What is written in a channel comes back as the channel's.
      this.arrived(1);
      this.draw();
    } catch (error) {
      if (this.place !== there) return this.toast(error.message);
      one.failed = error.message;
      one.retry = () => {
        this.pending.splice(this.pending.indexOf(one), 1);
        this.say(text, place);
      };
      this.draw();
      this.toast(error.message);
    }
  }

  async tap(message_id, data, button) {
    if (this.past) return this.attempt(() => null);
    const one = { button, ends: setTimeout(() => this.settle(one), PATIENCE) };
    this.waiting.push(one);
    button.classList.add("waiting");
    button.setAttribute("aria-busy", "true");
    if (!(await this.act("tap", { message_id, data }))) this.settle(one);
  }

  // The tap was answered: its button comes to rest.
  settle(only) {
    for (const one of only ? [only] : this.waiting) {
      clearTimeout(one.ends);
      one.button.classList.remove("waiting");
      one.button.removeAttribute("aria-busy");
    }
    this.waiting = only ? this.waiting.filter((one) => one !== only) : [];
  }

  /// Types the bot's name and a text behind it, which asks the bot in its inline mode.
  askInline(query) {
    this.composer.write(`@${this.botName()} ${query}`);
    this.composer.field.focus();
  }

  /// The same in a chat that is chosen first.
  askInlineElsewhere(query) {
    this.chosen = () => this.askInline(query);
    this.listing.open();
  }

  async sendPicture(file, caption) {
    const place = this.placing();
    const query = new URLSearchParams({ caption, ...place });
    this.log.atEnd = true;
    const sent = await this.attempt(() => ask("POST", `${this.chatPath("photo")}?${query}`, file, file.type));
    if (!sent && place.reply_to) this.replyTo(place.reply_to);
  }

  /// Sends a message of this chat on to the bot, and goes there.
  async forward(message_id) {
    const there = `${personPath(this.token, this.person)}/chats/${this.person}/forward`;
    const sent = await this.attempt(() => ask("POST", there, { from_chat: this.place, message_id }));
    if (sent) this.enter(this.person);
  }

  redeliver() {
    return this.attempt(() => ask("POST", `${botPath(this.token)}/redeliver`, {}));
  }
}

// What stands in a chat without messages.
function empty({ description, group }) {
  if (!group) return description || "No messages here yet.\nPress START to begin.";
  return group.inside || group.username ? "No messages here yet." : "Only members see what is written here.";
}

function crowd({ group, listens }) {
  const who = group.type === "channel" ? "subscriber" : "member";
  const bot = !group.bot_inside ? ", without the bot" : listens ? "" : ", the bot is not running";
  return `${group.members} ${who}${group.members === 1 ? "" : "s"}${bot}`;
}
