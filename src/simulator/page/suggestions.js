// What is offered above the field while somebody writes: commands that fit, or answers of the bot's inline mode.

import { make } from "./dom.js";

export class Suggestions {
  constructor(field) {
    this.field = field;
    this.at = -1;
    this.items = [];
    this.node = make("div", { className: "popup commands", role: "listbox", hidden: true });
    field.setAttribute("aria-autocomplete", "list");
    field.addEventListener("blur", () => this.hide());
  }

  /// Offers `{title, note, take}`, and perhaps `complete`, which a Tab does. A line without `take` only says something.
  offer(label, items) {
    this.items = items.filter((item) => item.take);
    if (!items.length) return this.hide();
    this.at = -1;
    this.node.setAttribute("aria-label", label);
    this.node.replaceChildren(...items.map((item) => (item.take ? this.option(item) : make("p", { textContent: item.title }))));
    this.node.hidden = false;
  }

  option({ title, note, take }) {
    return make("button", {
      type: "button", role: "option", tabIndex: -1,
      // The field would lose the focus, and the list would go, before the click.
      onpointerdown: (event) => event.preventDefault(),
      onclick: () => this.take(take),
    }, make("b", { textContent: title }), make("span", { textContent: note || "" }));
  }

  hide() {
    this.node.hidden = true;
    this.items = [];
  }

  take(run) {
    this.hide();
    run();
  }

  /// Whether a key was meant for the list.
  key(event) {
    if (this.node.hidden) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const chosen = this.items[Math.max(0, this.at)];
    if (step && chosen) this.move(step);
    else if (event.key === "Escape") this.hide();
    else if (event.key === "Tab" && chosen?.complete) chosen.complete();
    else if (event.key === "Enter" && this.at >= 0) this.take(chosen.take);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  move(step) {
    const count = this.items.length;
    this.at = this.at < 0 && step < 0 ? count - 1 : (this.at + step + count) % count;
    const options = [...this.node.querySelectorAll("[role=option]")];
    options.forEach((one, at) => one.setAttribute("aria-selected", String(at === this.at)));
    options[this.at].scrollIntoView({ block: "nearest" });
  }
}
