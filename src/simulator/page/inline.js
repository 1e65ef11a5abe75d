// Inline mode: what is typed behind the bot's name is asked of it, and one of its answers is sent.

import { ask, botPath } from "./api.js";

/// So long after the last letter the bot is asked, as by Telegram's clients.
const PAUSE = 300;
/// So often the simulator is asked whether the bot has answered, and so many times.
const LOOK = 150;
const LOOKS = 60;

const wait = (milliseconds) => new Promise((over) => setTimeout(over, milliseconds));

export class InlineMode {
  constructor(chat, suggestions) {
    this.chat = chat;
    this.suggestions = suggestions;
    this.asked = null;
    this.turn = 0;
  }

  /// What is typed behind the bot's name; null where the text does not begin with it.
  query(text) {
    const found = /^@(\w+)\s([^]*)$/.exec(text);
    return found && found[1].toLowerCase() === this.chat.botName().toLowerCase() ? found[2].trim() : null;
  }

  /// Asks the bot about a text that has changed, or forgets what it was asked. Tells whether the text is for the bot.
  heard(text) {
    const query = this.query(text);
    if (query === null) {
      this.asked = null;
      this.turn += 1;
      return false;
    }
    if (query !== this.asked) {
      this.asked = query;
      this.ask(query);
    }
    return true;
  }

  async ask(query) {
    this.turn += 1;
    const turn = this.turn;
    const isNow = () => turn === this.turn;
    await wait(PAUSE);
    const asked = isNow() && (await this.chat.actOn("inline", { text: query }));
    for (let looks = 0; asked && isNow() && looks < LOOKS; looks += 1) {
      const { results, error } = await ask("GET", `${botPath(this.chat.token)}/inline/${asked.query}`).catch((error) => ({ error }));
      if (error) return this.say(error.message);
      if (results && isNow()) return this.offer(asked.query, results);
      await wait(LOOK);
    }
    if (asked && isNow()) this.say("The bot has not answered.");
  }

  say(title) {
    this.suggestions.offer("Answers of the bot", [{ title }]);
  }

  offer(query, results) {
    if (!results.length) return this.say("The bot has found nothing.");
    this.suggestions.offer("Answers of the bot", results.map(({ id, type, title, description }) => ({
      title: title || type, note: description || "", take: () => this.choose(query, id),
    })));
  }

  choose(query, result) {
    this.chat.composer.write("");
    this.chat.log.atEnd = true;
    this.chat.replyTo(null);
    this.chat.actOn("choose", { query, result });
  }
}
