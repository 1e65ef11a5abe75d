// Menus that pop up: opened by a button, walked with arrow keys, left with Esc.

import { make } from "./dom.js";

/// A menu under or over its opener. `items` gives `{title, note, run}` for each entry and null for a line between, or promises them.
export class Popup {
  constructor(opener, className, items) {
    this.opener = opener;
    this.items = items;
    this.node = make("div", { className: `popup ${className}`, role: "menu", hidden: true });
    opener.setAttribute("aria-haspopup", "menu");
    opener.setAttribute("aria-expanded", "false");
    opener.addEventListener("click", () => (this.node.hidden ? this.open() : this.close()));
    opener.addEventListener("keydown", (event) => {
      if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
      event.preventDefault();
      this.open(event.key === "ArrowUp" ? -1 : 0);
    });
    this.node.addEventListener("keydown", (event) => this.walk(event));
    this.outside = (event) => {
      if (!this.opener.contains(event.target) && !this.node.contains(event.target)) this.close(false);
    };
  }

  async open(at = 0) {
    const items = await this.items();
    this.node.replaceChildren(...items.map((item) => (item ? this.entry(item) : make("hr"))));
    this.node.hidden = false;
    this.opener.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", this.outside);
    this.node.scrollTop = 0;
    this.entries().at(at)?.focus();
  }

  close(refocus = true) {
    if (this.node.hidden) return;
    this.node.hidden = true;
    this.opener.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", this.outside);
    if (refocus) this.opener.focus();
  }

  entry({ title, note, run }) {
    const onclick = () => {
      this.close();
      run();
    };
    return make("button", { type: "button", role: "menuitem", tabIndex: -1, onclick },
      make("b", { textContent: title }), note ? make("span", { textContent: note }) : null);
  }

  entries() {
    return [...this.node.querySelectorAll("button")];
  }

  walk(event) {
    const entries = this.entries();
    const at = entries.indexOf(document.activeElement);
    const to = { ArrowDown: (at + 1) % entries.length, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) entries.at(to)?.focus();
    else if (event.key === "Escape") this.close();
    else if (event.key === "Tab") return this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
