// A document as folded JSON. What differs from an earlier one is pointed out.

import { make } from "./dom.js";

/// Containers with so many entries begin folded.
const MANY = 8;

/// The document's element; `before` is an earlier state of it, or undefined if none is known.
export function drawDocument(value, before) {
  return make("div", { className: "json" }, draw(null, value, before, before === undefined));
}

function draw(name, value, before, quiet) {
  const label = name === null ? null : make("span", { className: "key", textContent: `${name}: ` });
  const changed = !quiet && JSON.stringify(value) !== JSON.stringify(before);
  const mark = changed ? " changed" : "";
  if (value === null || typeof value !== "object") {
    const leaf = make("span", { className: `leaf ${value === null ? "null" : typeof value}`, textContent: JSON.stringify(value) });
    return make("div", { className: `row${mark}` }, label, leaf);
  }
  const entries = Object.entries(value);
  const list = Array.isArray(value);
  const size = `${list ? "[" : "{"}${entries.length || ""}${list ? "]" : "}"}`;
  const head = make("summary", {}, label, make("span", { className: "size", textContent: size }));
  const rows = entries.map(([key, inner]) => draw(key, inner, before?.[key], quiet));
  const open = name === null || (entries.length < MANY && !list) || (changed && entries.length < MANY);
  return make("details", { className: `node${mark}`, open }, head, ...rows);
}
