// The page: chats side by side, and the workbench beside them if there is one.
// `?bot=<token>&person=1001,1002:-100200300` says whose chats are open, and in which group or channel somebody is; the address
// follows what is opened and closed.

import { ask, personPath } from "./api.js";
import { Chat } from "./chat.js";
import { make } from "./dom.js";
import { Tabs } from "./tabs.js";
import { Workbench } from "./workbench.js";

/// Each chat holds a connection, and browsers allow six to one address.
const MOST = 4;
const ANNA = { id: 1001, first_name: "Anna", username: "anna", language_code: "en" };

const query = new URLSearchParams(location.search);
const panes = document.getElementById("panes");
const tabs = new Tabs(document.getElementById("people"), (chat) => focused(chat));
let token = query.get("bot");
let bots = [];
let chats = [];
let current = null;
let workbench = null;

/// Where the head of a chat has no room for all of its buttons.
const narrow = matchMedia("(max-width: 480px)");

const people = () => bots.find((one) => one.token === token)?.people || [];

// ---- beginning

async function begin() {
  bots = await ask("GET", "/sim/v1/bots");
  token ||= bots[0]?.token;
  // A bot makes itself known by its first call, and nobody tells a page without a bot of that: it has to look.
  if (!token) {
    const words = "No bot has called yet.\nStart one with this address as its Bot API.";
    panes.replaceChildren(make("div", { className: "empty", textContent: words }));
    return setTimeout(begin, 1500);
  }
  // Nothing may move under the finger later, so what stands beside the chats is there before them.
  workbench = await Workbench.find(token, document.getElementById("workbench"));
  document.body.classList.toggle("mapped", Boolean(workbench));
  panes.replaceChildren();
  const asked = (query.get("person") || "").split(",").map((one) => one.split(":").map(Number));
  const places = new Map(asked.filter(([id]) => Number.isInteger(id) && id > 0));
  if (!places.size) places.set(people()[0]?.id || ANNA.id);
  for (const [id, place] of [...places].slice(0, MOST)) await open(id, null, place);
  focused(chats[0]);
}

/// Opens a chat, and makes the person known who has it.
async function open(id, fresh = null, place = id) {
  if (!people().some((one) => one.id === id)) {
    const { id: anna, ...known } = ANNA;
    await ask("PUT", personPath(token, id), fresh || (id === anna ? known : { first_name: `Person ${id}` }));
    bots = await ask("GET", "/sim/v1/bots");
  }
  // A group that the address names may be gone.
  const known = place === id || (await ask("GET", `${personPath(token, id)}/chats/${place}`).catch(() => null));
  const chat = new Chat(token, id, page, known ? place : id);
  chat.mapper.hidden = !workbench;
  chats.push(chat);
  panes.append(chat.node);
  arranged();
  return chat;
}

// After chats came or went: choosers, tabs, address.
function arranged() {
  document.body.classList.toggle("several", chats.length > 1);
  for (const chat of chats) {
    chat.shut.hidden = chats.length < 2;
    chat.add.hidden = chats.length >= MOST;
    const free = people().filter((one) => one.id === chat.person || !chats.some((other) => other.person === one.id));
    const options = free.map((one) => new Option(one.first_name, one.id, false, one.id === chat.person));
    chat.chooser.replaceChildren(...options, new Option("New person…", "new"));
  }
  panes.style.setProperty("--count", chats.length);
  tabs.draw(chats, current);
  const ids = chats.map((chat) => (chat.isOwn() ? chat.person : `${chat.person}:${chat.place}`)).join(",");
  history.replaceState(null, "", `?bot=${encodeURIComponent(token).replace("%3A", ":")}&person=${ids}`);
}

// ---- what chats ask of the page

function focused(chat) {
  if (!chat) return;
  if (chat !== current) {
    current = chat;
    for (const one of chats) one.node.classList.toggle("focused", one === chat);
    workbench?.follow(chat);
  }
  chat.unread = 0;
  titled();
  tabs.draw(chats, current);
}

function titled() {
  if (current?.view) document.title = `${current.name()} · ${chats.map((chat) => chat.personName()).join(", ")}`;
}

async function newPerson(chat) {
  const name = await chat.ask("What is the new person called?", "Boris");
  if (!name) return null;
  const language_code = (await chat.ask("Which language is their Telegram in? (en, uk, ru, de…)", "en")) || "en";
  const id = Math.max(1000, ...people().map((one) => one.id)) + 1;
  return { id, first_name: name, language_code };
}

async function openNew(chat) {
  const fresh = await newPerson(chat);
  if (!fresh) return null;
  const { id, ...person } = fresh;
  return open(id, person);
}

async function replace(old, opening) {
  const chat = await opening;
  if (!chat) return arranged();
  panes.insertBefore(chat.node, old.node);
  chats.splice(chats.indexOf(chat), 1);
  chats.splice(chats.indexOf(old), 1, chat);
  old.close();
  arranged();
  focused(chat);
}

async function show(opening) {
  const chat = await opening;
  if (!chat) return;
  focused(chat);
  chat.node.scrollIntoView({ inline: "nearest" });
  chat.composer.field.focus();
}

const page = {
  focused,
  people,
  entered: () => arranged(),
  changed(chat) {
    if (chat === current && !document.hidden) chat.unread = 0;
    titled();
    tabs.draw(chats, current);
    workbench?.moved();
  },
  choose(chat) {
    const wish = chat.chooser.value;
    replace(chat, wish === "new" ? openNew(chat) : open(Number(wish)));
  },
  beside() {
    const free = people().filter((one) => !chats.some((chat) => chat.person === one.id));
    return [
      ...free.map((one) => ({ title: one.first_name, note: `${one.id}`, run: () => show(open(one.id)) })),
      { title: "New person…", run: () => show(openNew(current)) },
    ];
  },
  close(chat) {
    const at = chats.indexOf(chat);
    chats.splice(at, 1);
    chat.close();
    if (current === chat) focused(chats[Math.max(0, at - 1)]);
    arranged();
  },
  menu(chat) {
    const others = bots.filter((bot) => bot.token !== token);
    const first = [
      ...(narrow.matches && chats.length < MOST ? page.beside().map(({ title, run }) => ({ title: `Beside: ${title}`, run })) : []),
      ...(chats.length > 1 ? [{ title: "Close this chat", run: () => page.close(chat) }] : []),
      ...others.map((bot) => ({ title: `Talk to @${bot.username}`, note: bot.token.split(":")[0],
        run: () => { location.search = `?bot=${bot.token}`; } })),
    ];
    return first.length ? [...first, null] : [];
  },
  showMap: () => workbench?.toggle(),
  backToNow: () => workbench?.backToNow(),
};

begin().catch((error) => {
  panes.replaceChildren(make("div", { className: "empty", textContent: error.message }));
});
