// One turn as it happened: what came in, where it led, what it did, how long each part took, what is stored now.

import { clock, make } from "./dom.js";
import { drawDocument } from "./document.js";

/// The turn's element. `before` is the turn before it, if that is known: what changed is pointed out.
export function drawTurn(turn, before) {
  const effects = turn.effects || [];
  return make("article", { "aria-label": `Turn ${turn.number}` },
    make("div", { className: "what" }, make("b", { textContent: turn.input }), make("span", { className: "arrow", textContent: "→" }),
      make("em", { textContent: turn.event }), make("time", { textContent: clock(turn.at, true) })),
    make("p", { className: "path" }, state(turn.from), make("span", { className: "arrow", textContent: "→" }), state(turn.to)),
    effects.length ? make("ul", { className: "effects", "aria-label": "Effects" }, ...effects.map((one) => make("li", { textContent: one }))) : null,
    timeline(turn),
    stored(turn, before));
}

const state = (name) => make("code", { textContent: name });

// Bars on one line of time: the steps, and below each the commands and calls that began within it.
function timeline(turn) {
  const all = [
    ...(turn.steps || []).map((one) => ({ kind: "step", name: one.name, ...one })),
    ...(turn.commands || []).map((one) => ({ kind: "command", ...one, name: [one.name, one.collection].filter(Boolean).join(" ") })),
    ...(turn.calls || []).map((one) => ({ kind: "call", ...one, name: one.method })),
  ];
  if (!all.length) return null;
  const rank = ({ kind }) => (kind === "step" ? 0 : 1);
  all.sort((one, other) => one.at_ms - other.at_ms || rank(one) - rank(other));
  const whole = Math.max(0.1, ...all.map((one) => one.at_ms + one.ms));
  const counted = [plural(turn.commands, "command", "MongoDB"), plural(turn.calls, "call", "Bot API")].filter(Boolean).join(", ");
  return make("figure", { className: "timeline" },
    make("figcaption", {}, make("span", { textContent: milliseconds(whole) }), make("small", { textContent: counted })),
    make("ol", {}, ...all.map((one) => bar(one, whole))));
}

function plural(list, word, whose) {
  return list?.length ? `${list.length} ${whose} ${word}${list.length > 1 ? "s" : ""}` : "";
}

function bar({ kind, name, at_ms, ms, error }, whole) {
  const fill = make("i", {});
  fill.style.left = `${(at_ms / whole) * 100}%`;
  fill.style.width = `${(ms / whole) * 100}%`;
  const row = make("li", { className: kind, title: `${milliseconds(at_ms)} after the beginning` },
    make("span", { className: "name", textContent: name }), make("span", { className: "track", "aria-hidden": "true" }, fill),
    make("span", { className: "took", textContent: milliseconds(ms) }));
  if (!error) return row;
  row.classList.add("refused");
  row.append(make("span", { className: "error", textContent: error }));
  return row;
}

const milliseconds = (ms) => (ms >= 100 ? `${Math.round(ms)} ms` : ms >= 0.1 ? `${ms.toFixed(1)} ms` : "< 0.1 ms");

// Who reads the documents of several turns opens them once.
let unfolded = false;

function stored(turn, before) {
  if (!turn.document) return null;
  const ontoggle = (event) => { unfolded = event.target.open; };
  return make("details", { className: "stored", open: unfolded, ontoggle }, make("summary", { textContent: "The stored document" }),
    drawDocument(turn.document, before?.document));
}
