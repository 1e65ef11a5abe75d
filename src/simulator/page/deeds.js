// What a person can do besides writing and tapping: the rest of the menu behind ⋮.

const THINGS = ["sticker", "voice", "video", "document", "location", "poll"];

/// The entries of the menu for one chat.
export function deeds(chat) {
  const ask = async (deed, question) => {
    const text = await chat.ask(question);
    if (text) chat.act(deed, { text });
  };
  return [
    ...THINGS.map((kind) => ({ title: `Send a ${kind}`, run: () => chat.act("send", { kind }) })),
    null,
    { title: "Share somebody's contact", run: () => chat.act("contact", { phone: "+380671112233", own: false }) },
    { title: "Forward a text", run: () => ask("forward", "What is forwarded?") },
    { title: "Edit my last text", run: () => ask("edit", "What shall it say?") },
    { title: "Write in a group", run: () => ask("group", "What is written in the group?") },
    null,
    { title: "Deliver the last update again", run: () => chat.redeliver() },
    chat.view?.blocked
      ? { title: "Unblock the bot", run: () => chat.act("unblock") }
      : { title: "Block the bot", run: () => chat.act("block") },
  ];
}
