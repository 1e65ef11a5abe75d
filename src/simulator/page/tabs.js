// Whose chat is in front, where only one fits: a tab for each person, with how much is unread.

import { arrange, make } from "./dom.js";

export class Tabs {
  constructor(node, choose) {
    this.node = node;
    this.choose = choose;
    this.tabs = new Map();
    node.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const all = [...node.children];
      const next = all.at((all.indexOf(document.activeElement) + step) % all.length);
      next.click();
      next.focus();
    });
  }

  draw(chats, current) {
    this.node.hidden = chats.length < 2;
    for (const chat of this.tabs.keys()) if (!chats.includes(chat)) this.tabs.delete(chat);
    for (const chat of chats) {
      const tab = this.tabs.get(chat) || make("button", { type: "button", role: "tab", onclick: () => this.choose(chat) });
      this.tabs.set(chat, tab);
      const unread = chat === current ? 0 : chat.unread;
      tab.replaceChildren(chat.personName(), ...(unread ? [make("b", { textContent: unread, "aria-label": `${unread} unread` })] : []));
      tab.setAttribute("aria-selected", String(chat === current));
      tab.tabIndex = chat === current ? 0 : -1;
    }
    arrange(this.node, chats.map((chat) => this.tabs.get(chat)));
  }
}
