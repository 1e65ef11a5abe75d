// The last turns of one person as a strip to step through, and the chosen one in detail.

import { arrange, clock, make } from "./dom.js";
import { drawTurn } from "./turn.js";

/// So many turns are kept, which is what the workbench keeps, too.
const KEPT = 50;

export class Turns {
  /// `choose` is called with a turn and the one before it; with nothing for "now".
  constructor(choose) {
    this.choose = choose;
    this.heading = make("h2", { textContent: "Turns" });
    this.strip = make("div", { className: "strip", role: "listbox", "aria-label": "Turns, the newest last", "aria-orientation": "horizontal" });
    this.detail = make("div", { className: "turn" });
    this.node = make("section", { className: "turns", "aria-label": "Turns" }, this.strip, this.detail);
    this.strip.addEventListener("keydown", (event) => this.walk(event));
    this.now = make("button", { type: "button", role: "option", className: "now", textContent: "Now", onclick: () => this.choose() });
    this.begin();
  }

  /// Whether the newest turn is shown.
  get live() {
    return this.chosen === null;
  }

  begin() {
    this.turns = [];
    this.chips = new Map();
    this.chosen = null;
    this.drawn = null;
    this.draw();
  }

  /// Takes a turn in; one that is sent again takes the place of the first. Tells whether it is new.
  hear(turn) {
    const at = this.turns.findIndex((one) => one.number === turn.number);
    if (at >= 0) this.turns[at] = turn;
    else this.turns = [...this.turns, turn].sort((one, other) => one.number - other.number).slice(-KEPT);
    this.draw(at < 0);
    return at < 0;
  }

  backToNow() {
    this.chosen = null;
    this.draw(true);
    return this.turns.at(-1);
  }

  pick(turn) {
    const at = this.turns.indexOf(turn);
    if (at === this.turns.length - 1 && this.live) return;
    this.chosen = turn.number;
    this.draw();
    this.choose(turn, this.turns[at - 1]);
  }

  draw(toEnd = false) {
    const shown = this.live ? this.turns.at(-1) : this.turns.find((one) => one.number === this.chosen);
    for (const number of this.chips.keys()) if (!this.turns.some((one) => one.number === number)) this.chips.delete(number);
    arrange(this.strip, [...this.turns.map((turn) => this.chip(turn, turn === shown)), this.now]);
    this.now.disabled = this.live;
    this.now.setAttribute("aria-selected", String(this.live));
    const before = this.turns[this.turns.indexOf(shown) - 1];
    if (shown !== this.drawn) this.detail.replaceChildren(shown ? drawTurn(shown, before) : nothing());
    this.drawn = shown;
    if (toEnd && this.live) this.strip.scrollLeft = this.strip.scrollWidth;
  }

  chip(turn, selected) {
    const chip = this.chips.get(turn.number) || make("button", { type: "button", role: "option" },
      make("small", {}), make("b", {}), make("span", {}));
    this.chips.set(turn.number, chip);
    chip.onclick = () => this.pick(turn);
    chip.title = `${clock(turn.at, true)}, ${turn.input}`;
    const words = [`#${turn.number}`, turn.input, turn.event];
    [...chip.children].forEach((part, at) => { part.textContent = words[at]; });
    chip.classList.toggle("refused", Boolean(turn.calls?.some((call) => call.error)));
    chip.setAttribute("aria-selected", String(selected));
    chip.tabIndex = selected ? 0 : -1;
    return chip;
  }

  walk(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...this.strip.children];
    const next = all[all.indexOf(document.activeElement) + step];
    if (!next || next.disabled) return;
    next.click();
    next.focus();
    next.scrollIntoView({ inline: "nearest", block: "nearest" });
  }
}

const nothing = () => make("p", { className: "empty", textContent: "Nothing has happened yet. Write or tap something." });
