// Commands that fit to what is being written: "/ca" offers /catalogue and /cart.

import { make } from "./dom.js";

export class Suggestions {
  /// `commands` gives the bot's commands; `choose` is called with one, such as `/cart`.
  constructor(field, commands, choose) {
    this.field = field;
    this.commands = commands;
    this.choose = choose;
    this.at = -1;
    this.fitting = [];
    this.node = make("div", { className: "popup commands", role: "listbox", "aria-label": "Commands", hidden: true });
    field.setAttribute("aria-autocomplete", "list");
    field.addEventListener("blur", () => this.hide());
  }

  draw() {
    const typed = /^\/\w*$/.test(this.field.value) ? this.field.value.slice(1).toLowerCase() : null;
    this.fitting = typed === null ? [] : this.commands().filter(({ command }) => command.startsWith(typed));
    if (!this.fitting.length) return this.hide();
    this.at = -1;
    this.node.replaceChildren(...this.fitting.map(({ command, description }) => make("button", {
      type: "button", role: "option", tabIndex: -1,
      // The field would lose the focus, and the list would go, before the click.
      onpointerdown: (event) => event.preventDefault(),
      onclick: () => this.take(command),
    }, make("b", { textContent: `/${command}` }), make("span", { textContent: description }))));
    this.node.hidden = false;
  }

  hide() {
    this.node.hidden = true;
    this.fitting = [];
  }

  take(command) {
    this.hide();
    this.field.value = "";
    this.field.dispatchEvent(new Event("input"));
    this.choose(`/${command}`);
  }

  /// Whether a key was meant for the list.
  key(event) {
    if (this.node.hidden) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.move(step);
    else if (event.key === "Escape") this.hide();
    else if (event.key === "Tab") this.complete();
    else if (event.key === "Enter" && this.at >= 0) this.take(this.fitting[this.at].command);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  move(step) {
    const count = this.fitting.length;
    this.at = this.at < 0 && step < 0 ? count - 1 : (this.at + step + count) % count;
    [...this.node.children].forEach((one, at) => one.setAttribute("aria-selected", String(at === this.at)));
    this.node.children[this.at].scrollIntoView({ block: "nearest" });
  }

  complete() {
    this.field.value = `/${this.fitting[Math.max(0, this.at)].command}`;
    this.field.dispatchEvent(new Event("input"));
  }
}
