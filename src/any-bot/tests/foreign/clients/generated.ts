// Acts as a person by the types that openapi-typescript has made: node generated.js <base URL>.

import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

const client = createClient<paths>({ baseUrl: process.argv[2] });
const path = { token: "42:typescript", id: 7 };
await client.PUT("/sim/v1/bots/{token}/people/{id}", { params: { path }, body: { first_name: "Anna" } });
const deed = "/sim/v1/bots/{token}/people/{id}/{deed}";
const said = await client.POST(deed, { params: { path: { ...path, deed: "say" } }, body: { text: "Hello" } });
if (said.data?.update_id !== 1) throw new Error(JSON.stringify(said));
const tapped = await client.POST(deed, { params: { path: { ...path, deed: "tap" } }, body: { label: "Buy" } });
if (!tapped.error?.error.includes("Buy")) throw new Error(JSON.stringify(tapped));
const screen = await client.GET("/sim/v1/bots/{token}/people/{id}", { params: { path } });
if (screen.data?.messages[0]?.text !== "Hello") throw new Error(JSON.stringify(screen));
console.log("generated client: done");
