// The recorder: what happens in the chats becomes a transcript that can be replayed.

import { ask } from "./api.js";
import { copyText, showDialog } from "./dialogs.js";
import { make } from "./dom.js";

const PATH = "/workbench/v1/recording";
/// How many steps "the last steps" are.
const LAST = 10;

export class Recorder {
  constructor() {
    this.running = false;
    this.button = make("button", { type: "button", className: "record", onclick: () => this.press() });
    this.last = make("button", { type: "button", className: "last", textContent: `Copy the last ${LAST} steps`, onclick: () => this.copyLast() });
    this.said = make("span", { className: "said", role: "status" });
    this.node = make("div", { className: "recorder" }, this.button, this.last, this.said);
    this.draw(0);
    this.look();
  }

  draw(steps) {
    this.button.textContent = this.running ? `■ Stop (${steps})` : "● Record";
    this.button.title = this.running ? `${steps} steps so far` : "Record what happens in the chats as a transcript";
    this.button.classList.toggle("running", this.running);
  }

  /// Something happened: a running recording may have grown.
  moved() {
    if (!this.running) return;
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.look(), 150);
  }

  async look() {
    const now = await this.attempt("GET", PATH);
    if (!now) return;
    this.running = now.running;
    this.draw(now.steps);
  }

  async press() {
    this.button.disabled = true;
    const answer = await this.attempt(this.running ? "DELETE" : "POST", PATH);
    this.button.disabled = false;
    if (answer?.text !== undefined) this.show(answer);
    await this.look();
  }

  async copyLast() {
    const transcript = await this.attempt("GET", `/workbench/v1/last?steps=${LAST}`);
    if (!transcript) return;
    const copied = await copyText(transcript.text);
    this.show(transcript, copied ? "Copied to the clipboard." : "");
  }

  async attempt(method, path) {
    this.said.textContent = "";
    try {
      return await ask(method, path);
    } catch (error) {
      this.said.textContent = error.message;
      return null;
    }
  }

  show({ name, text, verdict, steps, earlier }, note = "") {
    const green = verdict === "green";
    const sum = `${steps} step${steps === 1 ? "" : "s"}`;
    const more = earlier ? `, with ${earlier} earlier so that it can be replayed` : "";
    const title = make("h2", { textContent: name });
    const said = make("p", { className: "said", role: "status", textContent: note });
    const copy = async () => { said.textContent = (await copyText(text)) ? "Copied to the clipboard." : "Select the text and copy it."; };
    const judged = green
      ? make("p", { className: "verdict green", textContent: `✓ Replays green in memory: ${sum}${more}.` })
      : make("div", { className: "verdict red" }, make("p", { textContent: `✗ Does not replay as recorded: ${sum}${more}.` }), make("pre", { textContent: verdict }));
    const box = showDialog("transcript", `Transcript ${name}`, title, judged, make("pre", { className: "text", tabIndex: 0, textContent: text }),
      make("div", { className: "ends" }, said,
        make("button", { type: "button", textContent: "Close", onclick: () => box.close() }),
        make("button", { type: "button", textContent: "Download", onclick: () => download(name, text) }),
        make("button", { type: "button", className: "main", textContent: "Copy", onclick: copy })));
    box.querySelector(".main").focus();
  }
}

function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
