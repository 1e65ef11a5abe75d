/**
 * Telegram on your machine: people who test your bot, without the internet. {@link startTelegram} starts the simulator, and
 * {@link Telegram.person} makes somebody who writes to the bot and reads its answers.
 */

import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Milliseconds without a call of the bot, after which it counts as quiet. */
const CALM_MS = 150;
/** The longest wait for the bot, in milliseconds. */
const LIMIT_MS = 10_000;
/** The longest wait for a bot that {@link Telegram.startBot} starts, in milliseconds. */
const BOT_START_MS = 30_000;
/** The program inside of the package. */
const PACKAGED = fileURLToPath(new URL("../bin/telegram-simulator", import.meta.url));

/** The simulator says why something cannot be done, such as which buttons there are. */
export class Refused extends Error {}

/** What was expected is not on the screen; the message has the screen. */
export class NotSeen extends Error {}

/** A message as a screen shows it. Further fields are those of the Bot API, such as `poll` and `invoice`. */
export interface Message {
  id: number;
  /** Whether a person wrote it. */
  mine: boolean;
  text?: string;
  buttons: { label: string; data?: string; url?: string }[][];
  [field: string]: unknown;
}

/** What a call that fails looks like: refused, late, or cut off. */
export interface Disturbance {
  code?: number;
  description?: string;
  retry_after?: number;
  delay_ms?: number;
  cut?: "before" | "after";
  times?: number;
}

export interface Settings {
  /** What the bot under test calls itself by; a new one if not said. */
  token?: string;
  username?: string;
  /** The program, instead of the one in the package; `TELEGRAM_SIMULATOR` names one, too. */
  program?: string;
}

/** Starts a simulator with one bot in it. End it by {@link Telegram.close}. */
export async function startTelegram(settings: Settings = {}): Promise<Telegram> {
  const program = settings.program ?? process.env["TELEGRAM_SIMULATOR"] ?? PACKAGED;
  if (!existsSync(program)) {
    throw new Error(`${program} is no program: install the package for your platform, or set TELEGRAM_SIMULATOR`);
  }
  const child = spawn(program, ["simulate", "--port", "0", "--without-flood-limits"], { stdio: ["ignore", "pipe", "pipe"] });
  const baseUrl = await new Promise<string>((found, failed) => {
    let written = "";
    const read = (part: Buffer) => {
      if (written.length < 10_000) written += part.toString();
      const address = /Telegram is at (http:\/\/127\.0\.0\.1:\d+)/.exec(written);
      if (address?.[1]) found(address[1]);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("error", failed);
    child.once("exit", (code) => failed(new Error(`the simulator has ended with ${code}:\n${written}`)));
  });
  const token = settings.token ?? `${randomInt(1, 1_000_000_000)}:${randomBytes(8).toString("hex")}`;
  const telegram = new Telegram(child, baseUrl, token);
  try {
    await telegram.request("PUT", "", { username: settings.username ?? "simulated_bot" });
  } catch (error) {
    await telegram.close();
    throw error;
  }
  return telegram;
}

/** A simulator, and one bot in it. */
export class Telegram {
  #people = 1000;
  #groups = 0;
  #bot: ChildProcess | null = null;
  #isThere = false;

  /** @internal Made by {@link startTelegram}. */
  constructor(
    private readonly child: ChildProcess,
    /** What the bot calls instead of `https://api.telegram.org`. */
    readonly baseUrl: string,
    readonly token: string,
  ) {}

  /** The variables of this process, with where the bot finds Telegram, and its token. */
  get environment(): NodeJS.ProcessEnv {
    return { ...process.env, TELEGRAM_API_URL: this.baseUrl, BOT_TOKEN: this.token };
  }

  /** Starts the bot under test, such as `startBot("node", ["bot.js"])`, and waits until it asks for updates. */
  async startBot(command: string, args: string[] = [], cwd?: string): Promise<void> {
    this.#bot = spawn(command, args, { env: this.environment, cwd, stdio: "inherit" });
    await new Promise<void>((started, failed) => this.#bot?.once("spawn", started).once("error", failed));
    await this.waitForBot(BOT_START_MS);
  }

  /** Ends the bot that {@link startBot} has started, and the simulator. */
  async close(): Promise<void> {
    for (const child of [this.#bot, this.child]) {
      if (!child || child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((over) => child.once("exit", over));
      if (child.kill()) await ended;
    }
  }

  private async waitForBot(limitMs: number): Promise<void> {
    for (const end = Date.now() + limitMs; !this.#isThere; ) {
      this.checkBot();
      this.#isThere = (await this.request<{ listens: boolean }>("GET", "/status")).listens;
      if (this.#isThere) return;
      if (Date.now() > end) throw new Refused("no bot has asked for updates yet: is it running, with BOT_TOKEN and TELEGRAM_API_URL?");
      await new Promise((over) => setTimeout(over, 20));
    }
  }

  private checkBot(): void {
    const code = this.#bot?.exitCode ?? this.#bot?.signalCode ?? null;
    if (code !== null) throw new Refused(`the bot has ended with ${code}`);
  }

  /** Calls `/sim/v1/bots/<token><path>`, which `/sim/openapi.json` describes. */
  async request<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const url = `${this.baseUrl}/sim/v1/bots/${encodeURIComponent(this.token)}${path}`;
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(url, { method, headers: { "Content-Type": "application/json" }, ...sent });
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.includes("json");
    if (answer.ok) return (isJson ? JSON.parse(text) : text) as T;
    throw new Refused(isJson ? String(JSON.parse(text).error) : `${answer.status} ${text}`);
  }

  /** Makes somebody who has not written to the bot yet. */
  async person(firstName: string, settings: { languageCode?: string; username?: string; id?: number } = {}): Promise<Person> {
    const id = settings.id ?? ++this.#people;
    const { languageCode = "en", username } = settings;
    await this.request("PUT", `/people/${id}`, { first_name: firstName, language_code: languageCode, username });
    return new Person(this, id, firstName);
  }

  /** Makes a group or channel; the first of the members owns it. */
  async group(
    title: string,
    members: Person[],
    settings: { kind?: "group" | "supergroup" | "channel"; isForum?: boolean; bot?: "administrator" | "member" } = {},
  ): Promise<Group> {
    const id = -1_000_000_000_000 - ++this.#groups;
    const { kind = "supergroup", isForum = false, bot = "administrator" } = settings;
    const ids = members.map((member) => member.id);
    await this.request("PUT", `/groups/${id}`, { title, kind, is_forum: isForum, members: ids, bot });
    return new Group(this, id, title);
  }

  /** Waits until the bot has fetched everything and has made no call for a while. */
  async quiet(calmMs = CALM_MS, limitMs = LIMIT_MS): Promise<void> {
    await this.waitForBot(limitMs);
    try {
      await this.request("POST", `/quiet?calm_ms=${calmMs}&limit_ms=${limitMs}`);
    } finally {
      this.checkBot();
    }
  }

  /** Makes the next call of a method fail. */
  async disturb(method: string, how: Disturbance): Promise<void> {
    await this.request("POST", "/disturbances", { method, ...how });
  }

  /** Moves the bot's clock on, and stops it there. */
  async advance(seconds: number): Promise<void> {
    await this.request("PUT", "/time", { advance_seconds: seconds });
  }

  /** Lets the bot's clock run again. */
  async followSystemTime(): Promise<void> {
    await this.request("PUT", "/time", {});
  }

  /** Calls of the bot that Telegram refused, in its words. */
  async faults(): Promise<string[]> {
    return (await this.request<{ faults: string[] }>("GET", "/status")).faults;
  }
}

/** What the bot has answered to something typed behind its name. */
export interface InlineAnswers {
  query: string;
  results: { id: string; type: string; title: string; description: string | null }[];
  /** The group in which it was typed. */
  to?: Group | undefined;
}

/** What a chat shows. */
interface View {
  messages: Message[];
  keyboard?: { rows: { label: string }[][] } | null;
}

/** A chat as tests read it. Everything waits until the bot is quiet. */
abstract class Chat {
  constructor(
    readonly telegram: Telegram,
    readonly id: number,
    readonly name: string,
  ) {}

  protected abstract view(): Promise<View>;
  protected abstract text(): Promise<string>;

  /** The whole chat as text: who wrote what, and `[buttons]`. */
  async screen(): Promise<string> {
    await this.telegram.quiet();
    return this.text();
  }

  /** The messages of the chat, the oldest first. */
  async messages(): Promise<Message[]> {
    await this.telegram.quiet();
    return (await this.view()).messages;
  }

  /** What the bot wrote last. */
  async last(): Promise<string> {
    return (await this.messages()).filter((message) => !message.mine).at(-1)?.text ?? "";
  }

  /** Expects a text of the bot, a button or a key that contains `text`. */
  async sees(text: string): Promise<void> {
    if (!(await this.shows(text))) throw new NotSeen(`${this.name} does not see "${text}". On the screen:\n${await this.text()}`);
  }

  /** The opposite of {@link sees}. */
  async seesNot(text: string): Promise<void> {
    if (await this.shows(text)) throw new NotSeen(`${this.name} sees "${text}". On the screen:\n${await this.text()}`);
  }

  private async shows(text: string): Promise<boolean> {
    await this.telegram.quiet();
    const { messages, keyboard } = await this.view();
    const own = messages.filter((message) => !message.mine);
    const labels = [...own.flatMap((message) => message.buttons), ...(keyboard?.rows ?? [])].flat().map(({ label }) => label);
    return [...own.map((message) => message.text ?? ""), ...labels].some((one) => one.includes(text));
  }
}

/** Somebody who talks to the bot. */
export class Person extends Chat {
  /** Writes to the bot, or into a group; perhaps in answer to one of its messages. */
  say(text: string, to?: Group, replyTo?: Message): Promise<void> {
    return this.act(to, "say", { text, reply_to: replyTo?.id });
  }

  /** Taps the newest button with that label, once the bot is quiet. */
  async tap(label: string, to?: Group): Promise<void> {
    await this.telegram.quiet();
    await this.act(to, "tap", { label });
  }

  /** Shares a phone number. */
  shareContact(phone: string, own = true): Promise<void> {
    return this.do("contact", { phone, own });
  }

  send(kind: "sticker" | "voice" | "video" | "document" | "location" | "poll", to?: Group, replyTo?: Message): Promise<void> {
    return this.act(to, "send", { kind, reply_to: replyTo?.id });
  }

  /** Sends a small picture that the screen shows by its name. */
  sendPicture(name: string, caption = "", to?: Group, replyTo?: Message): Promise<void> {
    return this.act(to, "picture", { names: [name], caption, reply_to: replyTo?.id });
  }

  /** Sends two to ten small pictures together. */
  sendAlbum(names: string[], caption = "", to?: Group, replyTo?: Message): Promise<void> {
    return this.act(to, "album", { names, caption, reply_to: replyTo?.id });
  }

  /** Sends a message on, from a group (`of`) or from the chat with the bot. */
  forward(message: Message, of?: Group, to?: Group): Promise<void> {
    return this.act(to, "forward", { message_id: message.id, from_chat: (of ?? this).id });
  }

  /** Edits what they wrote last. */
  edit(text: string): Promise<void> {
    return this.do("edit", { text });
  }

  block(): Promise<void> {
    return this.do("block", {});
  }

  unblock(): Promise<void> {
    return this.do("unblock", {});
  }

  /** Votes in a poll, by the places of the options from 0. */
  vote(message: Message, options: number[], to?: Group): Promise<void> {
    return this.act(to, "vote", { message_id: message.id, options });
  }

  /** Pays the invoice of a message. */
  pay(message: Message, to?: Group): Promise<void> {
    return this.act(to, "pay", { message_id: message.id });
  }

  /** Types behind the bot's name: the answers, once the bot is quiet. {@link choose} sends one of them. */
  async asksInline(text: string, to?: Group): Promise<InlineAnswers> {
    const path = `/people/${this.id}/chats/${(to ?? this).id}/inline`;
    const { query } = await this.telegram.request<{ query: string }>("POST", path, { text });
    await this.telegram.quiet();
    const { results } = await this.telegram.request<{ results: InlineAnswers["results"] | null }>("GET", `/inline/${query}`);
    if (!results) throw new NotSeen(`the bot has not answered "${text}"`);
    return { query, results, to };
  }

  /** Sends one of the answers, by its id, into the chat where they were asked for. */
  choose(answers: InlineAnswers, result: string): Promise<void> {
    return this.act(answers.to, "choose", { query: answers.query, result });
  }

  join(group: Group, link?: string): Promise<void> {
    return this.act(group, "join", link === undefined ? {} : { link });
  }

  leave(group: Group): Promise<void> {
    return this.act(group, "leave", {});
  }

  /** What stands on the keys of the reply keyboard. */
  async keyboard(): Promise<string[]> {
    await this.telegram.quiet();
    return ((await this.view()).keyboard?.rows ?? []).flat().map(({ label }) => label);
  }

  private async do(deed: string, details: object): Promise<void> {
    await this.telegram.request("POST", `/people/${this.id}/${deed}`, details);
  }

  private async act(to: Group | undefined, act: string, details: object): Promise<void> {
    await this.telegram.request("POST", `/people/${this.id}/chats/${(to ?? this).id}/${act}`, details);
  }

  protected view() {
    return this.telegram.request<View>("GET", `/people/${this.id}`);
  }

  protected text() {
    return this.telegram.request<string>("GET", `/people/${this.id}/chat.txt`);
  }
}

/** A group, supergroup or channel, as its members see it. */
export class Group extends Chat {
  /** What each of the members is, by id, such as `administrator`. */
  async members(): Promise<Map<number, string>> {
    type Members = { members: { user: { id: number }; status: string }[] };
    const { members } = await this.telegram.request<Members>("GET", `/groups/${this.id}`);
    return new Map(members.map(({ user, status }) => [user.id, status]));
  }

  protected view() {
    return this.telegram.request<View>("GET", `/groups/${this.id}`);
  }

  protected text() {
    return this.telegram.request<string>("GET", `/groups/${this.id}/chat.txt`);
  }
}
