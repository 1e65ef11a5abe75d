// The messages of one chat: drawn with as little change as possible, scrolled like a chat.

import { arrange, gently, iconButton, make } from "./dom.js";
import { drawAlbum, drawDraft, drawPending, drawPost } from "./message.js";

/// So near to the end counts as at the end.
const NEAR = 60;

export class Log {
  constructor(chat) {
    this.chat = chat;
    this.drawn = new Map();
    this.newest = 0;
    this.unseen = 0;
    this.atEnd = true;
    this.list = make("div", { className: "log", role: "log", "aria-live": "polite", "aria-label": "Messages", tabIndex: 0 });
    this.down = iconButton("down", "To the newest message", () => this.toEnd());
    this.count = make("b", {});
    this.down.append(this.count);
    this.down.hidden = true;
    this.node = make("section", { className: "logbox" }, this.list, this.down);
    this.list.addEventListener("scroll", () => this.scrolled(), { passive: true });
    // A keyboard that opens, or an edit that grows, must not push the newest message out of sight.
    new ResizeObserver(() => { if (this.atEnd) this.jump(); }).observe(this.list);
  }

  /// Draws messages, then what the bot is writing, then texts on their way. `marked` tells which messages to point out.
  draw(posts, draft, pending, empty, marked = () => false) {
    const first = !this.drawn.size;
    const stays = this.atEnd;
    const focus = this.focused();
    const nodes = this.nodes(posts, marked);
    if (draft) nodes.push(drawDraft(draft, this.chat));
    nodes.push(...pending.map(drawPending));
    if (!nodes.length) nodes.push(make("div", { className: "empty", textContent: empty }));
    arrange(this.list, nodes);
    this.refocus(focus);
    const newest = Math.max(0, ...posts.map((post) => post.id));
    const fresh = posts.filter((post) => post.id > this.newest && !post.mine).length;
    if (first) this.jump();
    else if (stays) this.toEnd();
    else if (newest > this.newest) this.missed(fresh);
    this.newest = newest;
  }

  nodes(posts, marked) {
    const nodes = [];
    const kept = new Map();
    let day = "";
    let side = null;
    for (const group of albums(posts)) {
      const [post] = group;
      const today = new Date(post.date * 1000).toLocaleDateString([], { day: "numeric", month: "long", year: "numeric" });
      if (today !== day) nodes.push(this.keep(kept, today, today, () => make("div", { className: "day", textContent: today })));
      const quoted = group.map((one) => this.chat.post(one.reply_to?.id ?? one.reply_to)?.text);
      const key = JSON.stringify([group, quoted]);
      const draw = () => (group.length > 1 ? drawAlbum(group, this.chat) : drawPost(post, this.chat));
      const node = this.keep(kept, post.id, key, draw);
      node.classList.toggle("next", side !== null && side !== post.mine);
      node.classList.toggle("marked", group.some(marked));
      nodes.push(node);
      day = today;
      side = post.mine;
    }
    this.drawn = kept;
    return nodes;
  }

  // The element of before if nothing about it has changed.
  keep(kept, name, key, draw) {
    const old = this.drawn.get(name);
    const entry = old?.key === key ? old : { key, node: draw() };
    if (!old && this.drawn.size) entry.node.classList.add("fresh");
    if (old && old !== entry) entry.node.classList.add("changed");
    kept.set(name, entry);
    return entry.node;
  }

  /// Forgets what was drawn; the next drawing begins at the end.
  clear() {
    this.drawn = new Map();
    this.newest = 0;
    this.atEnd = true;
    this.seen();
  }

  /// The same, and shows nothing meanwhile.
  empty() {
    this.clear();
    this.list.replaceChildren();
  }

  // Where the focus is: in which message, and on which of its buttons.
  focused() {
    const active = document.activeElement;
    if (!this.list.contains(active)) return null;
    const post = active.closest(".post");
    return post && { id: post.dataset.id, data: active.dataset.data, at: controls(post).indexOf(active), active };
  }

  // An edited message is a new element: the focus goes to the same button, else to the one in its place.
  refocus(focus) {
    if (!focus || focus.active.isConnected) return;
    const post = this.list.querySelector(`[data-id="${focus.id}"]`);
    const all = post ? controls(post) : [];
    const same = focus.data && all.find((one) => one.dataset.data === focus.data);
    (same || all[Math.min(focus.at, all.length - 1)] || this.list).focus({ preventScroll: true });
  }

  // ---- scrolling

  jump() {
    this.list.scrollTop = this.list.scrollHeight;
  }

  toEnd() {
    this.atEnd = true;
    this.list.scrollTo({ top: this.list.scrollHeight, behavior: gently() });
    this.seen();
  }

  scrolled() {
    const left = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight;
    const before = this.top ?? 0;
    this.top = this.list.scrollTop;
    // On the way down to the end it counts as there; only a way up leaves it.
    if (left < NEAR) this.seen();
    else if (this.top < before) this.atEnd = false;
    if (left < NEAR) this.atEnd = true;
    this.down.hidden = this.atEnd;
  }

  missed(fresh) {
    this.unseen += fresh;
    this.count.textContent = this.unseen ? `${this.unseen} new` : "";
    this.down.hidden = false;
  }

  seen() {
    this.unseen = 0;
    this.count.textContent = "";
    this.down.hidden = true;
  }

  /// Scrolls to a message, and lets it glow for a moment.
  goTo(id) {
    const node = this.list.querySelector(`[data-id="${id}"]`);
    if (!node) return false;
    this.atEnd = false;
    node.scrollIntoView({ block: "center", behavior: gently() });
    node.classList.remove("glow");
    void node.offsetWidth;
    node.classList.add("glow");
    return true;
  }
}

const controls = (post) => [...post.querySelectorAll("button, a")];

// Messages one by one, neighbours of one album together.
function albums(posts) {
  const groups = [];
  for (const post of posts) {
    const last = groups.at(-1);
    if (post.album && last?.[0].album === post.album) last.push(post);
    else groups.push([post]);
  }
  return groups;
}
