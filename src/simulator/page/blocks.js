// A rich message: its blocks as elements. `chat` is told of taps; `press` draws a button of Telegram's.

import { make } from "./dom.js";
import { showPicture } from "./dialogs.js";
import { element, opening } from "./rich.js";

const STYLES = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", marked: "mark", subscript: "sub", superscript: "sup", code: "code",
};
// What a mark of a rich text is as an entity, by which the text of any message is drawn.
const ENTITIES = {
  code: "code", spoiler: "spoiler", url: "text_link", email_address: "email", phone_number: "phone_number", mention: "mention",
  text_mention: "text_mention", hashtag: "hashtag", cashtag: "cashtag", bot_command: "bot_command",
};

const ALIGNED = { left: "at-left", center: "at-center", right: "at-right" };

/// All blocks of a message.
export function drawBlocks({ blocks, is_rtl: rightToLeft }, chat, press) {
  const drawer = { chat, press };
  const root = make("div", { className: "blocks" }, ...blocks.map((block) => drawBlock(block, drawer)));
  if (rightToLeft) root.dir = "rtl";
  return root;
}

/// The words of a rich text.
export function plain(text) {
  if (typeof text === "string") return text;
  if (Array.isArray(text)) return text.map(plain).join("");
  return text?.alternative_text || text?.expression || plain(text?.text || text?.button?.text || "");
}

function drawBlock(block, drawer) {
  const words = (tag, text = block.text) => make(tag, {}, ...drawText(text, drawer));
  const inside = (blocks = block.blocks) => blocks.map((one) => drawBlock(one, drawer));
  const credit = () => (block.credit ? make("cite", {}, ...drawText(block.credit, drawer)) : null);
  switch (block.type) {
    case "heading": return words(`h${block.size}`);
    case "pre": return make("pre", block.language ? { "data-language": block.language } : {}, plain(block.text));
    case "divider": return make("hr");
    case "anchor": return make("a", { className: "anchor", "data-anchor": block.name });
    case "mathematical_expression": return make("pre", { className: "formula", title: "A formula, in LaTeX" }, block.expression);
    case "list": return drawList(block, drawer);
    case "blockquote": return make("blockquote", {}, ...inside(), credit());
    case "expandable_blockquote": {
      const quote = opening("blockquote", "folded", "Tap to read all of it");
      quote.append(...drawText(block.text, drawer), credit() || "");
      return quote;
    }
    case "pullquote": return make("aside", {}, ...drawText(block.text, drawer), credit());
    case "details": return make("details", { open: Boolean(block.is_open) }, words("summary", block.summary), ...inside());
    case "table": return drawTable(block, drawer);
    case "collage": case "slideshow": return captioned(make("div", { className: block.type }, ...inside()), block, drawer);
    case "map": return captioned(place(block), block, drawer);
    case "buttons": return make("div", { className: `inline ${ALIGNED[block.align] || ""}` }, make("div", {}, ...block.buttons.map((one) => button(one, drawer))));
    case "footer": case "thinking": return make("p", { className: block.type }, ...drawText(block.text, drawer));
    case "paragraph": return words("p");
    default: return captioned(media(block), block, drawer);
  }
}

function drawText(text, drawer) {
  if (typeof text === "string") return [text];
  if (Array.isArray(text)) return text.flatMap((piece) => drawText(piece, drawer));
  if (!text) return [];
  if (text.type === "custom_emoji") return [text.alternative_text];
  if (text.type === "mathematical_expression") return [make("code", { className: "formula", title: "A formula, in LaTeX" }, text.expression)];
  if (text.type === "button") return [button(text.button, drawer)];
  if (text.type === "anchor") return [make("a", { className: "anchor", "data-anchor": text.name })];
  if (text.type === "reference") return [make("span", { "data-anchor": text.name }, ...drawText(text.text, drawer))];
  const to = text.anchor_name ?? text.reference_name;
  if (to !== undefined) return [lead(to, drawText(text.text, drawer))];
  const style = STYLES[text.type];
  if (style && text.type !== "code") return [make(style, {}, ...drawText(text.text, drawer))];
  const type = ENTITIES[text.type];
  if (!type) return drawText(text.text, drawer);
  const url = text.url || (text.email_address && `mailto:${text.email_address}`) || (text.phone_number && `tel:${text.phone_number}`);
  const node = element({ type: url ? "text_link" : type, url }, plain(text.text), drawer.chat);
  node.append(...drawText(text.text, drawer));
  return [node];
}

// Leads to an anchor of the same message, also to one that is folded; without a name, to the message's beginning.
function lead(name, inside) {
  const go = (event) => {
    event.preventDefault();
    const root = event.currentTarget.closest(".blocks");
    const target = name ? [...root.querySelectorAll("[data-anchor]")].find((anchor) => anchor.dataset.anchor === name) : root;
    for (let folded = target?.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
    target?.scrollIntoView({ block: name ? "center" : "start" });
  };
  return make("a", { href: "#", onclick: go }, ...inside);
}

function button({ text, callback_data: data, ...action }, drawer) {
  return drawer.press({ label: plain(text), data, ...action });
}

function drawList({ items }, drawer) {
  const item = ({ label, blocks, has_checkbox: checkable, is_checked: checked }) => make("li", {},
    make("span", { className: "label", "aria-label": checkable ? (checked ? "done" : "open") : label }, checkable ? (checked ? "☑" : "☐") : label),
    make("div", {}, ...blocks.map((block) => drawBlock(block, drawer))));
  return make("ul", {}, ...items.map(item));
}

function drawTable(block, drawer) {
  const cell = ({ text, is_header: header, align, valign, colspan, rowspan }) => {
    const drawn = make(header ? "th" : "td", { colSpan: colspan || 1, rowSpan: rowspan || 1 }, ...drawText(text, drawer));
    Object.assign(drawn.style, { textAlign: align, verticalAlign: valign });
    return drawn;
  };
  const looks = ["bordered", "striped", "compact"].filter((look) => block[`is_${look}`]).join(" ");
  const caption = block.caption ? make("caption", {}, ...drawText(block.caption, drawer)) : null;
  const rows = block.cells.map((row) => make("tr", {}, ...row.map(cell)));
  // Wide tables scroll by themselves, and can be scrolled by the keyboard.
  return make("div", { className: "scroller", tabIndex: 0, role: "region", "aria-label": "Table" }, make("table", { className: looks }, caption, ...rows));
}

function captioned(shown, { caption }, drawer) {
  if (!caption) return shown;
  const credit = caption.credit ? make("cite", {}, ...drawText(caption.credit, drawer)) : null;
  return make("figure", {}, shown, make("figcaption", {}, ...drawText(caption.text, drawer), credit));
}

function place({ location: { latitude, longitude } }) {
  return make("div", { className: "place" }, make("i", { "aria-hidden": "true", textContent: "📍" }), make("small", { textContent: `${latitude}, ${longitude}` }));
}

function media(block) {
  const given = block[block.type];
  if (block.type !== "photo") {
    const name = given?.file_name || block.type.replace("_", " ");
    return make("a", { className: "card", href: given?.url, download: name }, make("i", { textContent: "↓", "aria-hidden": "true" }), make("b", { textContent: name }));
  }
  const largest = given.at(-1);
  const image = make("img", { src: largest.url, alt: "Picture", width: largest.width, height: largest.height, draggable: false });
  const open = make("button", { type: "button", className: `shot${block.has_spoiler ? " hidden" : ""}`, "aria-label": "Picture, open" }, image);
  open.onclick = () => (open.classList.contains("hidden") ? open.classList.remove("hidden") : showPicture(largest.url, "Picture"));
  return open;
}
