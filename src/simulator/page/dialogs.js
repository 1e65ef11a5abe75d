// Questions and alerts inside one chat, and dialogs over the whole page.

import { make } from "./dom.js";

/// Something that lies over one chat until it is answered. Other chats stay usable. Several wait in line.
export class Curtain {
  constructor(pane) {
    this.pane = pane;
    this.queue = Promise.resolve();
  }

  /// A sentence and "OK".
  alert(text) {
    return this.next(() => this.show(text, null));
  }

  /// A question; gives what was answered, or "" after Esc or "Cancel".
  ask(question, value = "") {
    return this.next(() => this.show(question, make("input", { value, "aria-label": question })));
  }

  /// Several buttons, `{id, text}`; gives the id of the one that was pressed, or null after Esc.
  choose(text, options) {
    const all = options.length ? options : [{ id: "", text: "OK" }];
    return this.next(() => this.show(text, null, all));
  }

  next(show) {
    this.queue = this.queue.then(show);
    return this.queue;
  }

  show(text, input, options = null) {
    const covered = [...this.pane.children];
    const active = document.activeElement;
    const hadFocus = this.pane.contains(active) || (active === document.body && this.pane.matches(".focused"));
    return new Promise((resolve) => {
      const end = (answer) => {
        veil.remove();
        covered.forEach((one) => { one.inert = false; });
        if (hadFocus && active.isConnected) active.focus();
        resolve(answer);
      };
      const onsubmit = (event) => {
        event.preventDefault();
        end(input ? input.value.trim() : "ok");
      };
      const button = (words, answer) => make("button", { type: "button", textContent: words, onclick: () => end(answer) });
      const ends = options?.map((one) => button(one.text, one.id)) || [make("button", { textContent: "OK" })];
      const form = make("form", { onsubmit }, ...(input ? [input, button("Cancel", "")] : []), ...ends);
      const words = make("p", { textContent: text });
      const box = make("div", { className: "box", role: "alertdialog", "aria-modal": "true", "aria-label": text }, words, form);
      const veil = make("div", { className: "veil" }, box);
      veil.onkeydown = (event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        end(options ? null : "");
      };
      covered.forEach((one) => { one.inert = true; });
      this.pane.append(veil);
      if (hadFocus) (input || form.lastChild).focus();
      input?.select();
    });
  }
}

/// A dialog over the whole page, closed with Esc, "Close" or a click beside it.
export function showDialog(className, label, ...content) {
  const box = make("dialog", { className, "aria-label": label }, ...content);
  box.onclose = () => box.remove();
  box.onclick = (event) => { if (event.target === box) box.close(); };
  document.body.append(box);
  box.showModal();
  return box;
}

/// A picture as large as the window allows.
export function showPicture(url, name) {
  const picture = make("img", { src: url, alt: name });
  const box = showDialog("picture", name, make("button", { "aria-label": `${name}, close` , onclick: () => box.close() }, picture));
}

/// Copies a text; tells whether that worked. Old browsers, and pages without a secure origin, copy what is selected.
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = make("textarea", { value: text, className: "unseen" });
    (document.querySelector("dialog[open]") || document.body).append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
  }
}
