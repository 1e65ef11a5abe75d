// Elements, made in one call. Texts of people and bots reach the page through textContent only.

/// An element with properties (`className`, `onclick` …), attributes (`role`, `aria-label` …) and children.
export function make(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name.includes("-") || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const PATHS = {
  more: "M12 3.500a2 2 0 1 1 0 4 2 2 0 0 1 0-4zm0 6.500a2 2 0 1 1 0 4 2 2 0 0 1 0-4zm0 6.500a2 2 0 1 1 0 4 2 2 0 0 1 0-4z",
  add: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z",
  back: "M20 11H7.800l5.600-5.600L12 4l-8 8 8 8 1.400-1.400L7.800 13H20z",
  chats: "M4 6h16v2H4zm0 5h16v2H4zm0 5h16v2H4z",
  close: "M6.400 5 12 10.600 17.600 5 19 6.400 13.400 12l5.600 5.600-1.400 1.400-5.600-5.600L6.400 19 5 17.600l5.600-5.600L5 6.400z",
  attach: "M16.500 6v11a4.500 4.500 0 0 1-9 0V5.500a3 3 0 0 1 6 0V16a1.500 1.500 0 0 1-3 0V6H9v10a3 3 0 0 0 6 0V5.500a4.500 4.500 0 0 0-9 0V17a6 6 0 0 0 12 0V6z",
  keys: "M4 5h6v6H4zm10 0h6v6h-6zM4 13h6v6H4zm10 0h6v6h-6z",
  send: "M3 20.500v-6.500l8-2-8-2V3.500L22 12z",
  chart: "M4 4h7v6H4zm9 10h7v6h-7zM6.500 11.500h2V16H11v2H6.500zM13 6h4.500v6.500h-2V8H13z",
  down: "M11 4h2v12l5-5 1.400 1.400L12 20l-7.400-7.600L6 11l5 5z",
  pin: "M14 3l7 7-1.500 1.500-1-.300-3.700 3.700.200 3.600-1.500 1.500-4-4L4.500 21 3 19.500 8 14.500l-4-4L5.500 9l3.600.200L12.800 5.500l-.300-1z",
};

/// One of the page's icons; it says nothing to a screen reader.
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/// A round button with an icon, and what it does in words.
export function iconButton(name, label, onclick) {
  return make("button", { type: "button", className: `icon ${name}`, title: label, "aria-label": label, onclick }, icon(name));
}

/// Puts children in place and in order, and leaves those alone that stand there already: what keeps its element keeps
/// its focus, its scroll position and its picture.
export function arrange(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  let next = parent.firstChild;
  for (const child of children) {
    if (child === next) next = next.nextSibling;
    else parent.insertBefore(child, next);
  }
}

/// How to scroll: smoothly, unless the person has asked for less motion.
export const gently = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth");

/// Time of day. `seconds` also tells the seconds.
export function clock(date, seconds = false) {
  const parts = { hour: "2-digit", minute: "2-digit", ...(seconds && { second: "2-digit" }) };
  return new Date(date).toLocaleTimeString([], parts);
}
