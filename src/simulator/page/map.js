// The living map: one diagram per flow, with where the dialogue stands, where it has been, and what it has not done yet.

import { gently, make } from "./dom.js";

// Names of events are parted by spaces on an edge; there a space within a name is written as an underscore.
const plain = (event) => event.replaceAll(" ", "_");
const names = (edge) => edge.dataset.events.split(" ").map(plain);
const key = ({ from, event, to }) => `${from} ${plain(event)} ${to}`;
const flowOf = (state) => state.split(".")[0];
const short = (state) => state.split(".").at(-1);

export class LivingMap {
  constructor({ flows, transitions }) {
    this.flows = flows || [];
    this.transitions = transitions || [];
    this.known = new Set(this.transitions.map(key));
    this.taken = new Set(this.transitions.filter((one) => one.taken).map(key));
    this.visited = new Set();
    this.turn = null;
    this.title = make("h2", {});
    this.count = make("p", { className: "count" });
    this.tabs = make("div", { className: "flows", role: "tablist", "aria-label": "Flows" });
    this.words = make("p", { className: "words", "aria-live": "polite" });
    this.drawing = make("div", { className: "drawing", role: "tabpanel", tabIndex: 0 });
    this.missing = make("details", { className: "missing" });
    this.node = make("section", { className: "atlas", "aria-label": "Map" },
      make("div", { className: "maphead" }, this.title, this.count), this.tabs, this.drawing, this.words, this.missing);
    this.tabs.addEventListener("keydown", (event) => this.walk(event));
    this.pages = new Map(this.flows.map((flow) => [flow.name, this.parse(flow)]));
    this.tabs.append(...[...this.pages.values()].map((page) => page.tab));
    if (this.flows.length) this.open(this.flows[0].name);
  }

  parse(flow) {
    const root = new DOMParser().parseFromString(flow.svg, "image/svg+xml").documentElement;
    const svg = document.importNode(root, true);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", `The flow ${flow.name} as a diagram`);
    // Drawn at its own size where there is room, and never so small that the words cannot be read.
    const width = svg.viewBox?.baseVal?.width || parseFloat(svg.getAttribute("width")) || 600;
    svg.style.setProperty("--wide", `${Math.round(width)}px`);
    svg.removeAttribute("height");
    svg.removeAttribute("width");
    // The first line of an edge's words is lit on its own, as the others are.
    for (const text of svg.querySelectorAll(".edge text")) {
      const first = text.firstChild;
      if (first?.nodeType !== Node.TEXT_NODE) continue;
      const line = document.createElementNS(svg.namespaceURI, "tspan");
      line.textContent = first.textContent;
      first.replaceWith(line);
    }
    for (const state of svg.querySelectorAll(".state.foreign")) {
      state.addEventListener("click", () => this.open(flowOf(state.dataset.state)));
    }
    const tab = make("button", { type: "button", role: "tab", textContent: flow.name, onclick: () => this.open(flow.name) });
    return { flow, svg, tab };
  }

  open(name) {
    const page = this.pages.get(name);
    if (!page) return;
    this.page = page;
    for (const one of this.pages.values()) {
      one.tab.setAttribute("aria-selected", String(one === page));
      one.tab.tabIndex = one === page ? 0 : -1;
    }
    this.drawing.replaceChildren(page.svg);
    page.tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.draw();
  }

  walk(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const names = [...this.pages.keys()];
    this.open(names.at((names.indexOf(this.page.flow.name) + step) % names.length));
    this.page.tab.focus();
  }

  // ---- what happened

  /// Turns to a chat in which nothing is known to have happened.
  begin(chat) {
    this.chat = chat;
    this.turn = null;
    this.words.replaceChildren("Somebody new. The map begins with the first message.");
    this.draw();
  }

  /// Remembers what a turn did.
  took(turn) {
    if (this.known.has(key(turn))) this.taken.add(key(turn));
    this.visited.add(turn.from).add(turn.to);
    if (!this.turn) this.stand(turn);
  }

  /// Stands where a turn has led. `moving` lets the edge light up.
  stand(turn, moving = false) {
    this.turn = turn;
    const name = flowOf(turn.to);
    const turned = this.pages.has(name) && this.page?.flow.name !== name;
    if (turned) this.open(name);
    else this.draw();
    const edge = this.edge(turn);
    this.tell(turn, edge);
    if (moving && edge) this.flash(edge);
    // Another drawing begins where it has to; on the same one the eye can follow.
    this.reveal(turned ? "instant" : gently());
  }

  edge({ from, event, to }) {
    const fits = (edge) => edge.dataset.from === from && edge.dataset.to === to && names(edge).includes(plain(event));
    return [...(this.page?.svg.querySelectorAll(".edge") || [])].find(fits);
  }

  // What works everywhere has no edge on the map, and is told in words.
  tell({ from, event, to }, edge) {
    this.words.replaceChildren(make("b", { textContent: short(from) }), " — ", make("em", { textContent: event }), " → ",
      make("b", { textContent: flowOf(from) === flowOf(to) ? short(to) : to }),
      ...(edge ? [] : [make("small", { textContent: " (not on the map: it works in many states)" })]));
  }

  flash(edge) {
    edge.classList.remove("just");
    void edge.getBoundingClientRect();
    edge.classList.add("just");
  }

  draw() {
    if (!this.page) return;
    const at = this.turn?.to || "Stranger";
    const { svg } = this.page;
    for (const state of svg.querySelectorAll(".state")) {
      state.classList.toggle("current", state.dataset.state === at);
      state.classList.toggle("visited", this.visited.has(state.dataset.state));
    }
    for (const edge of svg.querySelectorAll(".edge")) {
      const { from, to } = edge.dataset;
      const taken = (event) => this.taken.has(key({ from, event, to }));
      edge.classList.toggle("taken", names(edge).some(taken));
      for (const line of edge.querySelectorAll("tspan")) {
        line.classList.toggle("taken", line.textContent.split(",").some((event) => taken(event.trim())));
      }
      edge.classList.toggle("last", Boolean(this.turn) && edge === this.edge(this.turn));
    }
    this.title.textContent = this.chat ? `${this.chat.personName()} · ${at}` : at;
    this.drawCounts(at);
  }

  drawCounts(at) {
    this.count.textContent = `${this.taken.size} of ${this.known.size} transitions taken`;
    for (const { flow, tab } of this.pages.values()) {
      const own = this.transitions.filter((one) => flowOf(one.from) === flow.name);
      const done = own.filter((one) => this.taken.has(key(one))).length;
      tab.title = own.length ? `${done} of ${own.length} transitions taken` : "";
      tab.style.setProperty("--share", own.length ? done / own.length : 0);
      tab.classList.toggle("here", flow.name === flowOf(at));
    }
    this.drawMissing();
  }

  drawMissing() {
    const { name } = this.page.flow;
    const left = this.transitions.filter((one) => flowOf(one.from) === name && !this.taken.has(key(one)));
    this.missing.hidden = !left.length;
    const rows = left.map(({ from, event, to }) =>
      make("li", {}, short(from), " — ", make("em", { textContent: event }), " → ", flowOf(to) === name ? short(to) : to));
    this.missing.replaceChildren(make("summary", { textContent: `Not yet taken in ${name}: ${left.length}` }), make("ul", {}, ...rows));
  }

  // Brings the current state into view, without moving anything but the drawing.
  reveal(behavior = "instant") {
    const state = this.page?.svg.querySelector(".current");
    if (!state || !this.drawing.clientHeight) return;
    const [box, frame] = [state.getBoundingClientRect(), this.drawing.getBoundingClientRect()];
    const off = (low, high, from, to) => (low < from || high > to ? (low + high - from - to) / 2 : 0);
    const [left, top] = [off(box.left, box.right, frame.left, frame.right), off(box.top, box.bottom, frame.top, frame.bottom)];
    const { scrollLeft, scrollTop } = this.drawing;
    if (left || top) this.drawing.scrollTo({ left: scrollLeft + left, top: scrollTop + top, behavior });
  }
}
