// The panel beside the chats: the map of the conversation, the turn as it happened, the recorder. It follows the chat
// that has the focus. It is there when the program serves /workbench/v1.

import { ask, listen } from "./api.js";
import { iconButton, make } from "./dom.js";
import { LivingMap } from "./map.js";
import { Recorder } from "./recorder.js";
import { Turns } from "./turns.js";

export class Workbench {
  /// The workbench, or null where there is none for this bot.
  static async find(token, node) {
    try {
      const about = await ask("GET", "/workbench/v1");
      return !about.flows || (about.token && about.token !== token) ? null : new Workbench(about, node);
    } catch {
      return null;
    }
  }

  constructor(about, node) {
    this.node = node;
    this.chat = null;
    this.stream = null;
    this.map = new LivingMap(about);
    this.turns = new Turns((turn, before) => this.show(turn, before));
    this.recorder = new Recorder();
    const shut = iconButton("close", "Hide the workbench", () => this.toggle());
    const bar = make("header", {}, this.recorder.node, shut);
    node.replaceChildren(bar, make("div", { className: "bench" }, this.map.node, this.turns.node));
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      if (!this.turns.live) this.chat.backToNow();
      else if (document.body.classList.contains("bench-open")) this.toggle();
    });
    node.hidden = false;
  }

  /// Turns to a person: their turns so far come first, then those that happen.
  follow(chat) {
    if (!chat || this.chat === chat) return;
    this.chat?.backToNow();
    this.stream?.close();
    this.chat = chat;
    this.map.begin(chat);
    this.turns.begin();
    this.stream = listen(`/workbench/v1/people/${chat.person}/events`, { turn: (turn) => this.hear(turn) });
  }

  hear(turn) {
    const fresh = this.turns.hear(turn);
    this.map.took(turn);
    if (this.turns.live) this.map.stand(turn, fresh);
    if (turn.calls?.some((call) => call.method === "answerCallbackQuery")) this.chat.settle();
    this.recorder.moved();
  }

  /// Something happened in a chat.
  moved() {
    this.recorder.moved();
  }

  // An older turn was chosen: the chat shows what was seen then, the map where the dialogue stood.
  show(turn, before) {
    if (turn) {
      this.chat.showThen(turn, before?.chat);
      this.map.stand(turn);
    } else {
      this.chat.backToNow();
    }
  }

  /// The chat has come back to now.
  backToNow() {
    const newest = this.turns.backToNow();
    if (newest) this.map.stand(newest);
  }

  /// Shows or hides the panel. On narrow screens it lies over the chat, and begins hidden.
  toggle() {
    document.body.classList.toggle("bench-shut");
    document.body.classList.toggle("bench-open");
    this.map.reveal();
    this.turns.draw(true);
  }
}
