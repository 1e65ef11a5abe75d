// One message as an element, or one album. `chat` is told what people do with it.

import { openApp } from "./app.js";
import { drawBlocks } from "./blocks.js";
import { clock, make } from "./dom.js";
import { showPicture } from "./dialogs.js";
import { deepLink, rich } from "./rich.js";

/// A message with its buttons and reactions.
export function drawPost(post, chat) {
  if (post.service) return serviceLine(post);
  const bubble = make("div", { className: "bubble" });
  const said = make("div", { className: "said" });
  const head = heads(post, chat);
  if (head.length && post.photo) bubble.append(make("div", { className: "head" }, ...head));
  else said.append(...head);
  if (post.photo) {
    bubble.classList.add("pictured");
    bubble.append(picture(post.photo));
  }
  const shown = attachment(post, chat);
  if (shown) said.append(shown);
  else if (post.text) said.append(rich(post.text, post.entities || [], chat));
  bubble.classList.toggle("sticker", Boolean(post.sticker));
  const bare = post.photo && !post.text;
  bubble.classList.toggle("bare", Boolean(bare));
  (bare ? bubble : said).append(time(post));
  if (said.childNodes.length) bubble.append(said);
  const node = frame(post, chat, bubble, reactions(post, chat));
  const rows = (post.buttons || []).slice(post.rows_inside || 0);
  if (rows.length || post.rich_message) node.classList.add(post.photo ? "carded" : "wide");
  if (rows.length) node.append(buttons(post, rows, chat));
  return node;
}

/// Pictures or files that are shown together: neighbours with the same `album`.
export function drawAlbum(posts, chat) {
  const bubble = make("div", { className: "bubble album" });
  const pictures = posts.filter((post) => post.photo);
  const head = heads(posts[0], chat);
  if (pictures.length) {
    bubble.classList.add("pictured");
    if (head.length) bubble.append(make("div", { className: "head" }, ...head.splice(0)));
    bubble.append(make("div", { className: `tiles of${pictures.length}` }, ...pictures.map((post) => picture(post.photo))));
  }
  const said = make("div", { className: "said" }, ...head);
  for (const post of posts) {
    if (post.document) said.append(file(post.document));
    if (post.text) said.append(rich(post.text, post.entities || [], chat));
  }
  const bare = !said.childNodes.length;
  bubble.classList.toggle("bare", bare);
  (bare ? bubble : said).append(time(posts.at(-1)));
  if (!bare) bubble.append(said);
  return frame(posts[0], chat, bubble, ...posts.map((post) => reactions(post, chat)));
}

/// A text that is on its way, or that could not be sent.
export function drawPending({ text, failed, retry }) {
  const state = failed
    ? make("button", { type: "button", className: "failed", title: failed, textContent: "Not sent. Try again", onclick: retry })
    : make("time", { textContent: "🕓", title: "On its way" });
  const said = make("div", { className: "said" }, make("span", { className: "text", textContent: text }), state);
  return make("article", { className: "post mine pending" }, make("div", { className: "bubble" }, said));
}

/// What the bot is writing.
export function drawDraft(draft, chat) {
  const node = drawPost({ ...draft, id: "draft", date: Date.now() / 1000, buttons: [] }, chat);
  node.classList.add("draft");
  node.setAttribute("aria-busy", "true");
  const stop = make("button", { type: "button", className: "stop", textContent: "Stop", onclick: () => chat.actOn("stop") });
  if (draft.can_stop) node.append(stop);
  return node;
}

/// What a message says, in a few words.
export function gist(post) {
  if (!post) return "A message that is gone";
  return post.text || (post.photo && `🖼 ${post.photo.name || "Picture"}`) || post.document?.name || "Message";
}

// What stands above a message: who wrote it, in which topic, by which bot, whose it was, and what it answers.
function heads(post, chat) {
  const group = chat.view.group;
  const topic = group?.topics.find((one) => one.id === post.topic);
  const line = (className, textContent) => make("span", { className, textContent });
  return [
    group && !post.mine && line("author", author(post, chat)),
    topic && line("from", `# ${topic.name}`),
    post.via && line("from", `via @${post.via}`),
    post.only_for && line("from", "Only you see this"),
    forwarded(post),
    quote(post, chat),
  ].filter(Boolean);
}

/// Who wrote a message.
export const author = (post, chat) => (post.mine ? chat.personName() : post.from || chat.botTitle());

// Who came, what was pinned: said by the chat itself.
function serviceLine(post) {
  const node = make("article", { className: "post service", "aria-label": "The chat" }, make("span", { textContent: post.text || "Something changed" }));
  node.dataset.id = post.id;
  return node;
}

function frame(post, chat, bubble, ...below) {
  const who = post.mine ? "You" : author(post, chat);
  // As in Telegram: two taps on a message put a thumb under it.
  bubble.ondblclick = (event) => { if (!event.target.closest("button, a")) react(post, chat, "👍"); };
  // The menu has it for the keyboard: one more stop at each message would be in everybody's way.
  const reply = make("button", { type: "button", className: "replier", tabIndex: -1, title: "Reply", "aria-label": "Reply", textContent: "↩",
    onclick: () => chat.replyTo(post.id) });
  const node = make("article", { className: `post${post.mine ? " mine" : ""}`, "aria-label": who }, bubble, reply);
  node.append(...below.filter(Boolean));
  node.dataset.id = post.id;
  return node;
}

function time(post) {
  const words = [post.edited && "edited", clock(post.date * 1000)].filter(Boolean).join(" ");
  return make("time", {}, words, post.mine ? make("span", { className: "ticks", "aria-label": "delivered" }, "✓✓") : null);
}

function forwarded(post) {
  return post.forwarded ? make("span", { className: "from", textContent: `Forwarded from ${post.forwarded_from || "somebody"}` }) : null;
}

// The message that this one answers, in two lines; a tap leads to it.
function quote(post, chat) {
  const id = post.reply_to?.id ?? post.reply_to;
  if (!id) return null;
  const answered = chat.post(id);
  const who = answered ? author(answered, chat) : chat.name();
  return make("button", { type: "button", className: "quote", onclick: () => chat.goTo(id) },
    make("b", { textContent: who }), make("span", { textContent: gist(answered) }));
}

function picture({ url, width, height, name }) {
  const image = make("img", { src: url, alt: name || "Picture", width, height, draggable: false });
  const open = make("button", { type: "button", className: "shot", "aria-label": `${name || "Picture"}, open`,
    onclick: () => showPicture(url, name || "Picture") }, image);
  open.style.aspectRatio = `${width} / ${height}`;
  return open;
}

function attachment(post, chat) {
  if (post.document) {
    const words = post.text ? rich(post.text, post.entities || [], chat) : null;
    return make("div", {}, file(post.document), words);
  }
  if (post.contact) {
    const { first_name: name, last_name: last, phone_number: phone } = post.contact;
    const full = [name, last].filter(Boolean).join(" ") || "Contact";
    return card([...full][0], full, phone);
  }
  if (post.location) return place(post.location, post.venue);
  if (post.rich_message) return drawBlocks(post.rich_message, chat, (button) => drawButton(post, button, chat));
  if (post.poll && post.votable) return poll(post, chat);
  if (post.invoice) return invoice(post, chat);
  if (post.file) {
    const words = post.caption ? rich(post.caption, post.entities || [], chat) : null;
    return make("div", {}, file(post.file), words);
  }
  if (post.sticker) return make("span", { className: "big", textContent: post.sticker.emoji || post.text });
  return null;
}

function card(sign, title, note) {
  return make("div", { className: "card" }, make("i", { textContent: sign, "aria-hidden": "true" }),
    make("span", {}, make("b", { textContent: title }), make("small", { textContent: note })));
}

// Streets would come from the internet; a pin on a plain ground has to do.
function place({ latitude, longitude }, venue) {
  const where = `${latitude}, ${longitude}`;
  return make("div", { className: "place" }, make("i", { "aria-hidden": "true", textContent: "📍" }),
    make("span", {}, make("b", { textContent: venue?.title || "Location" }),
      make("small", { textContent: venue?.address ? `${venue.address} · ${where}` : where })));
}

function poll({ id, poll }, chat) {
  const kind = poll.is_closed ? "Final results" : poll.type === "quiz" ? "Quiz" : "Poll";
  const chosen = new Set();
  const vote = (options) => chat.actOn("vote", { message_id: id, options });
  const choose = (at, button) => {
    if (!poll.allows_multiple_answers) return vote([at]);
    if (!chosen.delete(at)) chosen.add(at);
    return button.setAttribute("aria-pressed", chosen.has(at));
  };
  const option = ({ text, voter_count: votes }, at) => {
    const button = make("button", { type: "button", className: "option", disabled: poll.is_closed },
      make("span", { textContent: text }), make("b", { textContent: votes }));
    button.onclick = () => choose(at, button);
    return button;
  };
  const several = poll.allows_multiple_answers && !poll.is_closed;
  const send = several && make("button", { type: "button", className: "option", textContent: "Vote", onclick: () => vote([...chosen].sort((one, other) => one - other)) });
  return make("div", { className: "poll" }, make("b", { textContent: poll.question }), make("small", { textContent: kind }),
    ...poll.options.map(option), send || null);
}

function invoice({ id, invoice }, chat) {
  const { title, description, currency, total_amount: total } = invoice;
  const price = currency === "XTR" ? `${total} ⭐` : `${total} ${currency}`;
  const pay = make("button", { type: "button", className: "option", textContent: `Pay ${price}`, onclick: () => chat.actOn("pay", { message_id: id }) });
  return make("div", { className: "poll" }, make("b", { textContent: title }), make("small", { textContent: description }), pay);
}

function file({ url, name, size }) {
  const weight = size < 1024 ? `${size} B` : `${Math.round(size / 1024)} KB`;
  return make("a", { className: "card", href: url, download: name }, make("i", { textContent: "↓", "aria-hidden": "true" }),
    make("span", {}, make("b", { textContent: name }), make("small", { textContent: weight })));
}

function reactions(post, chat) {
  if (!post.reactions?.length) return null;
  const counts = Map.groupBy(post.reactions.map((one) => one.emoji || one), (emoji) => emoji);
  const chips = [...counts].map(([emoji, all]) => make("button", {
    type: "button", "aria-pressed": String(post.reacted === emoji), onclick: () => react(post, chat, emoji),
  }, all.length > 1 ? `${emoji} ${all.length}` : emoji));
  return make("div", { className: "reactions", "aria-label": "Reactions" }, ...chips);
}

// Puts an emoji under a message, or takes it back.
function react(post, chat, emoji) {
  chat.actOn("react", { message_id: post.id, ...(post.reacted === emoji ? {} : { emoji }) });
}

function buttons(post, all, chat) {
  const rows = all.map((row) => make("div", {}, ...row.map((button) => drawButton(post, button, chat))));
  return make("div", { className: "inline" }, ...rows);
}

function drawButton(post, button, chat) {
  const element = make("button", { type: "button" });
  // Signs such as ➕ are drawn dark in emoji fonts, on buttons that are dark, too.
  const sign = /^[➕➖➗✖✔\ufe0f]+$/u.test(button.label);
  element.append(sign ? make("span", { className: "sign", textContent: button.label }) : button.label);
  const start = button.url ? deepLink(button.url, chat.botName()) : null;
  element.disabled = Boolean(button.disabled);
  if (button.style) element.classList.add(button.style);
  if (button.data === undefined && !button.disabled) element.classList.add(button.copy_text ? "copies" : "link");
  if (button.data !== undefined) element.dataset.data = button.data;
  element.onclick = () => {
    if (start !== null) return chat.start(start);
    if (button.url || button.login_url) return window.open(button.url || button.login_url.url, "_blank", "noopener");
    if (button.copy_text) return chat.copy(button.copy_text.text);
    if (button.web_app) return openApp(chat, button.web_app.url);
    if (button.pay) return chat.actOn("pay", { message_id: post.id });
    if (button.switch_inline_query_current_chat !== undefined) return chat.askInline(button.switch_inline_query_current_chat);
    const elsewhere = button.switch_inline_query ?? button.switch_inline_query_chosen_chat?.query;
    if (elsewhere !== undefined) return chat.askInlineElsewhere(elsewhere);
    if (button.data === undefined) return chat.toast("This kind of button does nothing in the simulator.");
    return chat.tap(post.id, button.data, element);
  };
  return element;
}
