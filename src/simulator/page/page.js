"use strict";
// The chat page. It draws what the simulator tells it by Server-Sent Events, and sends deeds back. Texts of people and
// bots reach the page through textContent only.

const $ = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
let token = query.get("bot");
let person = query.get("person") && Number(query.get("person"));
let events = null;
let view = null;
let keyboardHidden = false;

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// ---- talking to the simulator

const base = () => `/sim/v1/bots/${encodeURIComponent(token)}`;
const mine = () => `${base()}/people/${person}`;

async function ask(method, path, body, type = "application/json") {
  const headers = body === undefined ? {} : { "Content-Type": type };
  const response = await fetch(path, { method, headers, body: type === "application/json" ? JSON.stringify(body) : body });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) toast(answer.error || `The simulator answered ${response.status}.`);
  return response.ok ? answer : null;
}

const act = (deed, wish = {}) => ask("POST", `${mine()}/${deed}`, wish);

// ---- choosing a bot and a person

const ANNA = { id: 1001, first_name: "Anna", username: "anna", language_code: "en" };

async function open() {
  const bots = await (await fetch("/sim/v1/bots")).json();
  if (!token && bots.length) token = bots[0].token;
  if (!token) return waitForBot();
  const bot = bots.find((one) => one.token === token) || { people: [] };
  if (!person && bot.people.length) person = bot.people[0].id;
  if (!person) person = ANNA.id;
  if (!bot.people.some((one) => one.id === person)) {
    const { id, ...anna } = ANNA;
    const fresh = person === id ? anna : { first_name: `Person ${person}` };
    await ask("PUT", mine(), fresh);
    return open();
  }
  fillBots(bots);
  fillPeople(bot.people);
  remember();
  listen();
}

function waitForBot() {
  $("status").textContent = "waiting for a bot to call";
  $("log").replaceChildren(make("div", { className: "empty",
    textContent: "No bot has called yet.\nStart one with this address as its Bot API." }));
  setTimeout(open, 1500);
}

function remember() {
  history.replaceState(null, "", `?${new URLSearchParams({ bot: token, person })}`);
}

function fillBots(bots) {
  const select = $("bots");
  select.hidden = bots.length < 2;
  select.replaceChildren(...bots.map((bot) =>
    new Option(`@${bot.username} ${bot.token.split(":")[0]}`, bot.token, false, bot.token === token)));
}

function fillPeople(people) {
  const options = people.map((one) => new Option(one.first_name, one.id, false, one.id === person));
  $("people").replaceChildren(...options, new Option("+ New person…", "new"));
}

$("bots").onchange = () => {
  token = $("bots").value;
  person = null;
  open();
};

$("people").onchange = async () => {
  if ($("people").value !== "new") {
    person = Number($("people").value);
    return open();
  }
  const name = await prompt_("What is the new person called?", "Boris");
  if (!name) return open();
  const language = (await prompt_("Which language is their Telegram in? (en, uk, ru, de…)", "en")) || "en";
  const ids = [...$("people").options].map((option) => Number(option.value)).filter(Boolean);
  person = Math.max(1000, ...ids) + 1;
  await ask("PUT", mine(), { first_name: name, language_code: language });
  open();
};

// ---- listening

function listen() {
  if (events) events.close();
  view = null;
  $("log").replaceChildren();
  events = new EventSource(`${mine()}/events`);
  events.addEventListener("chat", (event) => draw(JSON.parse(event.data)));
  events.addEventListener("toast", (event) => { settle(); toast(JSON.parse(event.data)); });
  events.addEventListener("alert", (event) => { settle(); alert_(JSON.parse(event.data)); });
  events.onerror = () => { $("status").textContent = "connecting…"; };
}

// ---- drawing

function draw(next) {
  const log = $("log");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const grown = !view || next.messages.length > view.messages.length;
  if (JSON.stringify(view && view.keyboard) !== JSON.stringify(next.keyboard)) keyboardHidden = false;
  view = next;
  const name = view.bot.name || view.bot.username;
  document.title = `${name} · ${view.person.first_name}`;
  $("title").textContent = name;
  $("avatar").textContent = [...name][0] || "B";
  drawStatus();
  drawMessages(log);
  drawKeyboard();
  $("menu").hidden = !view.commands.length;
  const fresh = !view.messages.length && !view.blocked;
  $("start").hidden = !fresh && !view.blocked;
  $("start").textContent = view.blocked ? "UNBLOCK" : "START";
  $("form").hidden = fresh || view.blocked;
  $("text").placeholder = (view.keyboard && view.keyboard.placeholder) || "Message";
  if (atEnd || grown) log.scrollTop = log.scrollHeight;
}

let typingEnds = 0;
function drawStatus() {
  clearTimeout(typingEnds);
  const status = $("status");
  status.classList.toggle("active", view.typing);
  status.textContent = view.typing ? "typing…" : view.listens ? "online" : "not running";
  status.title = `@${view.bot.username}`;
  if (view.typing) typingEnds = setTimeout(() => { view.typing = false; drawStatus(); }, 5000);
}

// Messages that have not changed keep their elements, so that pictures do not flicker.
const drawn = new Map();
function drawMessages(log) {
  if (!log.childElementCount) drawn.clear();
  const nodes = [];
  let day = "";
  let side = null;
  for (const post of view.messages) {
    const today = new Date(post.date * 1000).toLocaleDateString([], { day: "numeric", month: "long", year: "numeric" });
    if (today !== day) nodes.push(make("div", { className: "day", textContent: today }));
    const key = JSON.stringify(post);
    let kept = drawn.get(post.id);
    if (!kept || kept.key !== key) drawn.set(post.id, (kept = { key, node: drawPost(post) }));
    kept.node.classList.toggle("next", side !== null && side !== post.mine);
    nodes.push(kept.node);
    day = today;
    side = post.mine;
  }
  if (!nodes.length) nodes.push(make("div", { className: "empty", textContent: view.description || "No messages here yet.\nPress START to begin." }));
  log.replaceChildren(...nodes);
}

function drawPost(post) {
  const bubble = make("div", { className: "bubble" });
  const said = make("div", { className: "said" });
  if (post.forwarded) said.append(make("span", { className: "from", textContent: "Forwarded from Somebody" }));
  if (post.photo) {
    const { url, width, height, name } = post.photo;
    bubble.classList.add("pictured");
    const picture = make("img", { src: url, alt: name || "Picture", loading: "lazy" });
    picture.style.aspectRatio = `${width} / ${height}`;
    bubble.append(picture);
  }
  if (post.document) said.append(drawFile(post.document));
  if (post.text) said.append(rich(post.text, post.entities || []));
  const clock = new Date(post.date * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const time = make("time", { textContent: `${post.edited ? "edited " : ""}${clock}${post.mine ? " ✓✓" : ""}` });
  if (post.photo && !post.text) bubble.classList.add("bare");
  (post.photo && !post.text ? bubble : said).append(time);
  if (said.childNodes.length) bubble.append(said);
  const node = make("article", { className: `post${post.mine ? " mine" : ""}` }, bubble);
  if (post.buttons.length) {
    if (!post.photo) node.classList.add("wide");
    const rows = make("div", { className: "inline" }, ...post.buttons.map((row) =>
      make("div", {}, ...row.map((button) => drawButton(post, button)))));
    if (post.photo) rows.style.maxWidth = "360px";
    node.append(rows);
  }
  return node;
}

function drawFile(file) {
  const size = file.size < 1024 ? `${file.size} B` : `${Math.round(file.size / 1024)} KB`;
  return make("a", { className: "file", href: file.url, download: file.name }, make("i", { textContent: "↓" }),
    make("span", {}, file.name, make("br"), make("small", { textContent: size })));
}

function drawButton(post, button) {
  const element = make("button", { type: "button", textContent: button.label });
  if (button.data === undefined) element.classList.add("link");
  element.onclick = async () => {
    if (button.url) return window.open(button.url, "_blank", "noopener");
    if (button.copy_text) return copy(button.copy_text.text);
    if (button.data === undefined) return toast("This kind of button does nothing in the simulator.");
    element.classList.add("waiting");
    setTimeout(() => element.classList.remove("waiting"), 1500);
    await act("tap", { message_id: post.id, data: button.data });
  };
  return element;
}

const settle = () => document.querySelectorAll(".waiting").forEach((button) => button.classList.remove("waiting"));

// Text with entities: offsets are UTF-16 units, which is what JavaScript counts, too.
function rich(text, entities) {
  const root = make("span");
  const open = [{ node: root, end: text.length }];
  let at = 0;
  const say = (to) => {
    if (to > at) open[open.length - 1].node.append(text.slice(at, to));
    at = Math.max(at, to);
  };
  for (const entity of entities) {
    while (open.length > 1 && open[open.length - 1].end <= entity.offset) {
      say(open[open.length - 1].end);
      open.pop();
    }
    say(entity.offset);
    const outer = open[open.length - 1];
    const node = entityNode(entity, text.slice(entity.offset, entity.offset + entity.length));
    outer.node.append(node);
    open.push({ node, end: Math.min(entity.offset + entity.length, outer.end) });
  }
  while (open.length) {
    say(open[open.length - 1].end);
    open.pop();
  }
  return root;
}

const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote" };

function entityNode(entity, inside) {
  if (entity.type === "text_link") {
    const safe = /^(https?|mailto|tel|tg):/i.test(entity.url) ? entity.url : "#";
    return make("a", { href: safe, target: "_blank", rel: "noopener" });
  }
  if (entity.type === "bot_command") {
    return make("a", { href: "#", onclick: (event) => { event.preventDefault(); act("say", { text: inside }); } });
  }
  const node = make(TAGS[entity.type] || "span");
  if (entity.type === "code") node.onclick = () => copy(inside);
  if (entity.type === "spoiler") {
    node.className = "spoiler";
    node.onclick = () => node.classList.add("open");
  }
  return node;
}

function drawKeyboard() {
  const keyboard = view.keyboard;
  const shown = keyboard && !keyboardHidden && !view.blocked;
  $("toggle").hidden = !keyboard;
  $("toggle").classList.toggle("on", Boolean(shown));
  $("keyboard").hidden = !shown;
  if (!shown) return;
  $("keyboard").replaceChildren(...keyboard.rows.map((row) => make("div", {}, ...row.map((button) =>
    make("button", { type: "button", textContent: button.label, onclick: () => press(button) })))));
}

async function press(button) {
  if (!button.contact) return act("say", { text: button.label });
  const phone = await prompt_(`Share your phone number with ${view.bot.name}?`, "+380501234567");
  if (phone) act("contact", { phone, own: true });
}

// ---- writing

const field = $("text");
function fit() {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
  $("send").disabled = !field.value.trim();
}
field.oninput = fit;
field.onkeydown = (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("form").requestSubmit();
  }
};
$("form").onsubmit = async (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (!text) return;
  field.value = "";
  fit();
  await act("say", { text });
};
$("start").onclick = () => (view.blocked ? act("unblock") : act("say", { text: "/start" }));
$("toggle").onclick = () => { keyboardHidden = !keyboardHidden; drawKeyboard(); };
$("attach").onclick = () => $("file").click();
$("file").onchange = async () => {
  const [file] = $("file").files;
  if (!file) return;
  const caption = encodeURIComponent(field.value.trim());
  field.value = "";
  $("file").value = "";
  await ask("POST", `${mine()}/picture?caption=${caption}`, file, file.type);
};

// ---- menus

function popup(menu, opener, items) {
  menu.replaceChildren(...items.map((item) => (item ? make("button", { type: "button", onclick: item.run },
    make("b", { textContent: item.title }), make("span", { textContent: item.note || "" })) : make("hr"))));
  menu.hidden = !menu.hidden;
  opener.setAttribute("aria-expanded", String(!menu.hidden));
}

document.addEventListener("click", (event) => {
  for (const [menu, opener] of [["commands", "menu"], ["moremenu", "more"]]) {
    if ($(opener).contains(event.target)) continue;
    $(menu).hidden = true;
    $(opener).setAttribute("aria-expanded", "false");
  }
});

$("menu").onclick = () => popup($("commands"), $("menu"), view.commands.map(({ command, description }) => ({
  title: `/${command}`, note: description, run: () => act("say", { text: `/${command}` }),
})));

$("more").onclick = () => view && popup($("moremenu"), $("more"), [
  ...["sticker", "voice", "video", "document", "location", "poll"].map((kind) =>
    ({ title: `Send a ${kind}`, run: () => act("send", { kind }) })),
  null,
  { title: "Share somebody's contact", run: () => act("contact", { phone: "+380671112233", own: false }) },
  { title: "Forward a text", run: async () => send("forward", "What is forwarded?") },
  { title: "Edit my last text", run: async () => send("edit", "What shall it say?") },
  { title: "Write in a group", run: async () => send("group", "What is written in the group?") },
  null,
  { title: "Deliver the last update again", run: () => ask("POST", `${base()}/redeliver`, {}) },
  view.blocked ? { title: "Unblock the bot", run: () => act("unblock") } : { title: "Block the bot", run: () => act("block") },
]);

async function send(deed, question) {
  const text = await prompt_(question, "");
  if (text) act(deed, { text });
}

// ---- toast, alert, questions

let toastEnds = 0;
function toast(text) {
  clearTimeout(toastEnds);
  $("toast").textContent = text;
  $("toast").hidden = false;
  toastEnds = setTimeout(() => { $("toast").hidden = true; }, 3500);
}

async function copy(text) {
  await navigator.clipboard?.writeText(text).catch(() => {});
  toast("Copied to the clipboard.");
}

// Every question has a dialog of its own: an alert of the bot may come while one is open.
function dialog(text, input) {
  const form = make("form", { method: "dialog" });
  const box = make("dialog", {}, make("p", { textContent: text }), form);
  const cancel = make("button", { type: "button", textContent: "CANCEL", onclick: () => box.close("") });
  form.append(...(input ? [input, cancel] : []), make("button", { value: "ok", textContent: "OK" }));
  document.body.append(box);
  box.showModal();
  return new Promise((resolve) => {
    box.onclose = () => {
      box.remove();
      resolve(box.returnValue === "ok" ? (input ? input.value.trim() : "ok") : "");
    };
  });
}

const alert_ = (text) => dialog(text);
const prompt_ = (text, value) => dialog(text, make("input", { value }));

fit();
open();
