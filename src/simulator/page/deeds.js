// What a person can do besides writing and tapping: the rest of the menu behind ⋮.

import { groupDeeds } from "./places.js";

const THINGS = ["sticker", "voice", "video", "document", "location", "poll"];

/// The entries of the menu for one chat. `people` are all whom the bot knows.
export function deeds(chat, people) {
  const ask = async (deed, question, value) => {
    const text = await chat.ask(question, value);
    if (text) chat.act(deed, { text });
  };
  const react = async () => {
    const newest = chat.view.messages.findLast((post) => !post.service);
    if (!newest) return chat.toast("There is no message yet.");
    const emoji = await chat.ask("Which emoji stands under the newest message?", "👍");
    if (emoji) chat.actOn("react", { message_id: newest.id, emoji });
  };
  const everywhere = [{ title: "React to the newest message", run: react }];
  const redeliver = { title: "Deliver the last update again", run: () => chat.redeliver() };
  if (chat.view?.group) return [...everywhere, null, ...groupDeeds(chat, people), null, redeliver];
  return [
    ...THINGS.map((kind) => ({ title: `Send a ${kind}`, run: () => chat.act("send", { kind }) })),
    null,
    ...everywhere,
    { title: "Share somebody's contact", run: () => chat.act("contact", { phone: "+380671112233", own: false }) },
    { title: "Forward a text", run: () => ask("forward", "What is forwarded?") },
    { title: "Edit my last text", run: () => ask("edit", "What shall it say?") },
    { title: "Write in a group", run: () => ask("group", "What is written in the group?") },
    null,
    redeliver,
    chat.view?.blocked
      ? { title: "Unblock the bot", run: () => chat.act("unblock") }
      : { title: "Block the bot", run: () => chat.act("block") },
  ];
}
