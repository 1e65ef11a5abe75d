// What a person can do besides writing and tapping: the rest of the menu behind ⋮.

import { groupDeeds } from "./places.js";

const THINGS = ["sticker", "voice", "video", "document", "location", "poll"];

/// The entries of the menu for one chat. `people` are all whom the bot knows.
export function deeds(chat, people) {
  const newest = (which = () => true) => chat.view.messages.findLast((post) => !post.service && which(post));
  const own = () => newest((post) => post.editable);
  // Does something with a message, if there is one.
  const onto = (post, run) => (post ? run(post) : chat.toast("There is no such message yet."));
  const ask = async (question, value, run) => {
    const text = await chat.ask(question, value);
    if (text) run(text);
  };
  const react = (post) => ask("Which emoji stands under the newest message?", "👍", (emoji) => chat.actOn("react", { message_id: post.id, emoji }));
  const edit = (post) => ask("What shall it say?", post.text, (text) => chat.actOn("edit", { message_id: post.id, text }));
  const everywhere = [
    { title: "Reply to the newest message", run: () => onto(newest(), (post) => chat.replyTo(post.id)) },
    { title: "React to the newest message", run: () => onto(newest(), react) },
    { title: "Edit my last text", run: () => onto(own(), edit) },
    null,
    ...THINGS.map((kind) => ({ title: `Send a ${kind}`, run: () => chat.send("send", { kind }) })),
    { title: "Send an album", run: () => chat.send("album", { names: ["one.png", "two.png"], caption: "Two pictures" }) },
    null,
  ];
  const redeliver = { title: "Deliver the last update again", run: () => chat.redeliver() };
  if (chat.view?.group) {
    const forward = (post) => chat.forward(post.id);
    return [
      ...everywhere,
      { title: "Forward the newest message to the bot", run: () => onto(newest(), forward) },
      ...groupDeeds(chat, people),
      null,
      redeliver,
    ];
  }
  return [
    ...everywhere,
    { title: "Share somebody's contact", run: () => chat.act("contact", { phone: "+380671112233", own: false }) },
    { title: "Forward a text", run: () => ask("What is forwarded?", "", (text) => chat.act("forward", { text })) },
    { title: "Write in a group", run: () => ask("What is written in the group?", "", (text) => chat.act("group", { text })) },
    null,
    redeliver,
    chat.view?.blocked
      ? { title: "Unblock the bot", run: () => chat.act("unblock") }
      : { title: "Block the bot", run: () => chat.act("block") },
  ];
}
