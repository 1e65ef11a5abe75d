"use strict";

// Draws the description that the server makes of itself. Every text goes in as text, never as markup.

const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  element.append(...children.filter((child) => child !== undefined));
  return element;
};

const nameOf = (reference) => reference.split("/").pop();

const link = (name) => make("a", { href: `#${name}` }, name);

// What a schema allows, in a few words, with links to other schemas.
const kind = (schema) => {
  if (!schema) return make("span");
  if (schema.$ref) return link(nameOf(schema.$ref));
  const parts = schema.oneOf || schema.anyOf || schema.allOf;
  if (parts) {
    const all = parts.flatMap((part, place) => (place ? [" or ", kind(part)] : [kind(part)]));
    return make("span", {}, ...all);
  }
  if (schema.type === "array") return make("span", {}, "list of ", kind(schema.items));
  const words = [[schema.type].flat().join(" or ")];
  if (schema.format) words.push(schema.format);
  if (schema.enum) words.push(`one of ${schema.enum.join(", ")}`);
  if (schema.minimum !== undefined) words.push(`from ${schema.minimum}`);
  if (schema.maximum !== undefined) words.push(`to ${schema.maximum}`);
  if (schema.maxLength !== undefined) words.push(`at most ${schema.maxLength} characters`);
  if (schema.pattern && schema.pattern.length < 60) words.push(schema.pattern);
  if (schema.default !== undefined) words.push(`${JSON.stringify(schema.default)} if left out`);
  return make("span", {}, words.join(", "));
};

const table = (heads, rows) => {
  const head = make("tr", {}, ...heads.map((text) => make("th", {}, text)));
  const cells = (row) => make("tr", {}, ...row.map((cell) => make("td", {}, cell ?? "")));
  return make("table", {}, head, ...rows.map(cells));
};

const code = (text) => make("code", {}, text);

const operation = (path, method, told) => {
  const title = make("h3", {}, make("span", { class: "method" }, method), " ", code(path));
  const section = make("section", { id: told.operationId }, title, make("p", {}, told.summary || ""));
  if (told.description) section.append(make("p", {}, told.description));
  const scope = told.security && told.security[0].key;
  if (scope) section.append(make("p", {}, "Scope: ", code(scope.join(", "))));
  if (told.parameters && told.parameters.length) {
    const row = (one) => [code(one.name), one.in, kind(one.schema), one.description];
    section.append(table(["Parameter", "In", "Is", "Means"], told.parameters.map(row)));
  }
  if (told.requestBody) {
    const bodies = Object.entries(told.requestBody.content);
    section.append(table(["Body", "Is"], bodies.map(([type, body]) => [code(type), kind(body.schema)])));
  }
  const content = (answer) => kind((Object.values(answer.content || {})[0] || {}).schema);
  const answers = Object.entries(told.responses);
  section.append(table(["Answer", "Means", "Is"], answers.map(([status, one]) => [code(status), one.description, content(one)])));
  return section;
};

const schema = (name, told) => {
  const section = make("section", { id: name }, make("h3", {}, name), make("p", {}, told.description || ""));
  if (told.properties) {
    const must = told.required || [];
    const row = ([field, one]) => [code(field), kind(one), must.includes(field) ? "always" : "", one.description];
    section.append(table(["Field", "Is", "There", "Means"], Object.entries(told.properties).map(row)));
  } else if (told.enum) {
    const means = told["x-enum-descriptions"] || [];
    // A problem's type leads here.
    const row = (word, place) => [make("code", { id: word }, word), means[place]];
    section.append(table(["Value", "Means"], told.enum.map(row)));
  }
  return section;
};

// Paragraphs, **bold** and `code`: all that the introduction uses.
const prose = (text) =>
  text.split(/\n\n+/).map((paragraph) => {
    const parts = paragraph.split(/(\*\*[^*]+\*\*|`[^`]+`)/).map((part) => {
      if (part.startsWith("**")) return make("b", {}, part.slice(2, -2));
      return part.startsWith("`") ? code(part.slice(1, -1)) : part;
    });
    return make("p", {}, ...parts);
  });

const draw = (told) => {
  const [main, nav] = [document.querySelector("main"), document.querySelector("nav")];
  main.append(...prose(told.info.description));
  const all = Object.entries(told.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, one]) => ({ path, method, one })),
  );
  for (const tag of told.tags) {
    main.append(make("h2", {}, tag.name), make("p", {}, tag.description));
    nav.append(make("h2", {}, tag.name));
    for (const { path, method, one } of all.filter((entry) => entry.one.tags[0] === tag.name)) {
      main.append(operation(path, method, one));
      nav.append(make("a", { href: `#${one.operationId}` }, one.operationId.replaceAll("_", " ")));
    }
  }
  main.append(make("h2", {}, "What is sent and answered"));
  nav.append(make("h2", {}, "What is sent and answered"));
  for (const [name, one] of Object.entries(told.components.schemas)) {
    main.append(schema(name, one));
    nav.append(link(name));
  }
  // The place asked for was not there when the browser looked.
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
};

fetch("openapi.json")
  .then((answer) => answer.json())
  .then(draw)
  .catch((error) => document.querySelector("main").append(`The description cannot be read: ${error}`));
