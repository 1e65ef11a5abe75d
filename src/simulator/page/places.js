// The chats of a person, and what they can do in those of several people.

import { ask, botPath, personPath } from "./api.js";

const SIGNS = { private: "", group: "👥", supergroup: "👥", channel: "📣" };
/// Ids of supergroups and channels begin below this one.
const FIRST = -1_001_000_000_000;

/// The entries of the menu of chats: to go there, and to make new ones.
export async function places(chat) {
  // What is done in the chat that is chosen, if something is.
  const { chosen } = chat;
  chat.chosen = null;
  const known = await ask("GET", `${personPath(chat.token, chat.person)}/chats`).catch((error) => { chat.toast(error.message); });
  if (!known) return [];
  const fresh = (kind) => async () => {
    const title = await chat.ask(`What is the new ${kind} called?`, kind === "channel" ? "News" : "Friends");
    if (!title) return;
    const id = Math.min(FIRST, ...known.map((one) => one.id)) - 1;
    const group = { title, members: [chat.person], kind: kind === "channel" ? "channel" : "supergroup" };
    if (await chat.attempt(() => ask("PUT", `${botPath(chat.token)}/groups/${id}`, group))) chat.enter(id, chosen);
  };
  return [
    ...known.map(({ id, type, title, inside }) => ({
      title: [SIGNS[type], title].filter(Boolean).join(" "),
      note: id === chat.place ? "open" : inside ? "" : "not in it",
      run: () => chat.enter(id, chosen),
    })),
    null,
    { title: "New group…", run: fresh("group") },
    { title: "New channel…", run: fresh("channel") },
  ];
}

/// What else a person can do in a group or channel.
export function groupDeeds(chat, people) {
  const { topics, inside } = chat.view.group;
  const others = people.filter((one) => one.id !== chat.person);
  const join = (one) => () => chat.attempt(() => ask("POST", `${personPath(chat.token, one.id)}/chats/${chat.place}/join`, {}));
  const write = (topic) => () => {
    chat.topic = topic?.id || null;
    chat.draw();
    chat.composer.field.focus();
  };
  return [
    ...(topics.length ? [{ title: "Write in General", run: write(null) }] : []),
    ...topics.map((topic) => ({ title: `Write in ${topic.name}`, note: topic.is_closed ? "closed" : "", run: write(topic) })),
    ...(topics.length ? [null] : []),
    ...others.map((one) => ({ title: `Let ${one.first_name} join`, run: join(one) })),
    inside ? { title: "Leave", run: () => chat.actOn("leave") } : { title: "Join", run: () => chat.actOn("join") },
  ];
}
