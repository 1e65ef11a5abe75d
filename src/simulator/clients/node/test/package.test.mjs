import { spawn } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTelegram } from "telegram-simulator";

let telegram, bot;

beforeAll(async () => {
  telegram = await startTelegram();
  bot = spawn("node", [new URL("bot.mjs", import.meta.url).pathname], { env: telegram.environment, stdio: "inherit" });
});

afterAll(async () => {
  bot.kill();
  await telegram.close();
});

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

test("people talk in a group", async () => {
  const [anna, boris] = [await telegram.person("Anna"), await telegram.person("Boris")];
  const friends = await telegram.group("Friends", [anna, boris]);
  await anna.say("tea", friends);
  await friends.sees("tea");
  await boris.leave(friends);
  expect((await friends.members()).get(boris.id)).toBe("left");
  expect(await telegram.faults()).toEqual([]);
});
