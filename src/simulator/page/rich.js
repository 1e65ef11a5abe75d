// Text with entities. Offsets are UTF-16 units, which is what JavaScript counts, too.

import { make } from "./dom.js";

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote",
  expandable_blockquote: "blockquote",
};

/// The text as elements. `chat` is told of taps on commands, on code and on links to the bot.
export function rich(text, entities, chat) {
  const root = make("span", { className: "text" });
  const open = [{ node: root, end: text.length }];
  let at = 0;
  const say = (to) => {
    if (to > at) open.at(-1).node.append(text.slice(at, to));
    at = Math.max(at, to);
  };
  for (const entity of entities) {
    while (open.length > 1 && open.at(-1).end <= entity.offset) {
      say(open.at(-1).end);
      open.pop();
    }
    say(entity.offset);
    const outer = open.at(-1);
    const node = element(entity, text.slice(entity.offset, entity.offset + entity.length), chat);
    outer.node.append(node);
    open.push({ node, end: Math.min(entity.offset + entity.length, outer.end) });
  }
  while (open.length) {
    say(open.at(-1).end);
    open.pop();
  }
  return root;
}

/// The element of an entity, still without what is in it, which `inside` has as text.
export function element(entity, inside, chat) {
  switch (entity.type) {
    case "text_link": return link(entity.url, chat);
    case "url": return link(/^\w+:/.test(inside) ? inside : `https://${inside}`, chat);
    case "email": return link(`mailto:${inside}`, chat);
    case "phone_number": return link(`tel:${inside}`, chat);
    case "bot_command": return quietLink(() => chat.say(inside));
    case "mention": case "text_mention": case "hashtag": case "cashtag": return make("span", { className: "named" });
    case "code": return make("code", { title: "Tap to copy", onclick: () => chat.copy(inside) });
    case "pre": return make("pre", entity.language ? { "data-language": entity.language } : {});
    case "spoiler": return opening("span", "spoiler", "A spoiler: tap to read");
    case "expandable_blockquote": return opening("blockquote", "folded", "Tap to read all of it");
    default: return make(TAGS[entity.type] || "span");
  }
}

/// An element that shows the rest at a tap, at Enter or at the space bar. What is tapped inside of it does its own.
export function opening(tag, className, title) {
  const node = make(tag, { className, title, tabIndex: 0, role: "button", "aria-expanded": "false" });
  const toggle = (event) => {
    if (event.target !== node && event.target.closest("button, a, code")) return;
    event.preventDefault();
    node.setAttribute("aria-expanded", node.classList.toggle("open"));
  };
  node.onclick = toggle;
  node.onkeydown = (event) => { if (event.key === "Enter" || event.key === " ") toggle(event); };
  return node;
}

function quietLink(run) {
  return make("a", { href: "#", onclick: (event) => { event.preventDefault(); run(); } });
}

function link(url, chat) {
  const start = deepLink(url, chat.botName());
  if (start !== null) return quietLink(() => chat.start(start));
  const safe = /^(https?|mailto|tel|tg):/i.test(url) ? url : "#";
  return make("a", { href: safe, target: "_blank", rel: "noopener" });
}

/// What a link to the bot itself makes a person say: `t.me/<bot>?start=x` is `/start x`. Null for other links.
export function deepLink(url, username) {
  const found = /^(?:https?:\/\/)?(?:t\.me|telegram\.me)\/(\w+)(?:\?start=([\w-]*))?$/i.exec(url || "");
  if (!found || found[1].toLowerCase() !== username.toLowerCase()) return null;
  return `/start ${found[2] || ""}`.trim();
}
