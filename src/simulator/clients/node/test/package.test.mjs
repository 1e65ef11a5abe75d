import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTelegram } from "telegram-simulator";

let telegram;

beforeAll(async () => {
  telegram = await startTelegram();
  await telegram.startBot("node", [fileURLToPath(new URL("bot.mjs", import.meta.url))]);
});

afterAll(() => telegram.close());

test("a bot welcomes", async () => {
  const anna = await telegram.person("Anna");
  await anna.say("/start");
  await anna.sees("Welcome, Anna");
  await anna.tap("Help");
  expect(await anna.last()).toBe("Write something");
});

test("a failure shows the screen, and names the buttons", async () => {
  const boris = await telegram.person("Boris");
  await boris.say("/start");
  await expect(boris.sees("coffee")).rejects.toThrow('Boris does not see "coffee". On the screen:\nBoris: /start\nBot: Welcome');
  await expect(boris.tap("Buy")).rejects.toThrow("the buttons are: Help");
});

test("a bot that ends is told, and so is a token that is none", async () => {
  const alone = await startTelegram();
  await expect(alone.quiet(150, 50)).rejects.toThrow("no bot has asked for updates yet");
  await expect(alone.startBot("node", ["-e", "process.exit(3)"])).rejects.toThrow("the bot has ended with 3");
  await alone.close();
  await expect(startTelegram({ token: "none" })).rejects.toThrow("a token is digits, a colon, and letters");
});

test("an inline answer is chosen", async () => {
  const anna = await telegram.person("Anna");
  const answers = await anna.asksInline("tea");
  expect(answers.results.map(({ title }) => title)).toEqual(["You asked: tea"]);
  await anna.choose(answers, "1");
  expect(await anna.screen()).toContain("tea it is");
});

test("people talk in a group", async () => {
  const [anna, boris] = [await telegram.person("Anna"), await telegram.person("Boris")];
  const friends = await telegram.group("Friends", [anna, boris]);
  await anna.say("tea", friends);
  await friends.sees("tea");
  const tea = (await friends.messages())[0];
  await boris.say("green tea", friends, tea);
  expect((await friends.messages()).find(({ text }) => text === "green tea").reply_to).toBe(tea.id);
  await boris.sendAlbum(["one.png", "two.png"], "Cups", friends);
  await boris.forward(tea, friends);
  expect((await boris.messages())[0]).toMatchObject({ text: "tea", forwarded: true });
  await boris.leave(friends);
  expect((await friends.members()).get(boris.id)).toBe("left");
  expect(await telegram.faults()).toEqual([]);
});
