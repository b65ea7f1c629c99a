import { operations, type Stack } from "./stack.ts";

const usual = ["get", "post"] as const;

function node(
  name: string,
  npm: readonly string[],
  body: string,
  names: readonly ("get" | "post" | "websocket")[] = usual,
  shows?: Stack["shows"],
): Stack {
  const path = `${name.replaceAll(/[^a-z0-9]/gi, "_")}_client.mjs`;
  const text = `import { createRequire } from "node:module";
const require = createRequire("/opt/tools/lib/clients.js");
const load = async (name) => import(require.resolve(name));
const [op, url] = process.argv.slice(2);
const method = op === "post" ? "POST" : "GET";
const body = op === "post" ? "hello" : undefined;
${body}`;
  return {
    name: `Node ${name}`,
    npm,
    file: { path, text },
    ...operations(`node ${path}`, names),
    ...(shows === undefined ? {} : { shows }),
  };
}

export const nodeStacks: readonly Stack[] = [
  node("fetch", [], `console.log(await (await fetch(url, { method, body })).text());\n`),
  node(
    "https",
    [],
    `import https from "node:https";
https.request(url, { method }, (r) => r.pipe(process.stdout)).end(body);
`,
  ),
  node(
    "undici",
    ["undici"],
    `const { request, EnvHttpProxyAgent } = await load("undici");
const r = await request(url, { method, body, dispatcher: new EnvHttpProxyAgent() });
console.log(await r.body.text());
`,
  ),
  node(
    "axios",
    ["axios"],
    `const { default: axios } = await load("axios");
const r = await axios.request({ url, method, data: body, responseType: "text", validateStatus: () => true });
console.log(String(r.data));
`,
  ),
  node(
    "got",
    ["got"],
    `const { default: module, got = module } = await load("got");
console.log(await got(url, { method, body, throwHttpErrors: false }).text());
`,
  ),
  node(
    "node-fetch",
    ["node-fetch"],
    `const { default: fetch } = await load("node-fetch");
console.log(await (await fetch(url, { method, body })).text());
`,
  ),
  node(
    "superagent",
    ["superagent"],
    `const { default: superagent } = await load("superagent");
const r = await superagent(method, url).ok(() => true).buffer(true).send(body);
console.log(r.text);
`,
  ),
  node(
    "ky",
    ["ky"],
    `const { default: ky } = await load("ky");
console.log(await ky(url, { method, body, throwHttpErrors: false, retry: 0 }).text());
`,
  ),
  node(
    "needle",
    ["needle"],
    `const { default: needle } = await load("needle");
const r = await needle(method.toLowerCase(), url, body ?? null, { parse_response: false });
console.log(String(r.body));
`,
  ),
  node(
    "cross-fetch",
    ["cross-fetch"],
    `const { default: fetch } = await load("cross-fetch");
console.log(await (await fetch(url, { method, body })).text());
`,
  ),
  node(
    "@octokit/request",
    ["@octokit/request"],
    `const { request } = await load("@octokit/request");
const r = await request(method + " " + url, { data: body, headers: { "content-type": "text/plain" } }).catch((e) => ({ data: e.message }));
console.log(typeof r.data === "string" ? r.data : JSON.stringify(r.data));
`,
  ),
  node(
    "ws",
    ["ws"],
    `const { default: WebSocket } = await load("ws");
const w = new WebSocket(url);
w.on("open", () => w.send("hello"));
w.on("message", (m) => { console.log(String(m)); w.close(); });
w.on("unexpected-response", (_, r) => { r.pipe(process.stdout); });
`,
    ["websocket"],
  ),
  node(
    "WebSocket",
    [],
    `const w = new WebSocket(url);
w.onopen = () => w.send("hello");
w.onmessage = ({ data }) => { console.log(data); w.close(); };
w.onerror = (e) => { console.log("error", e.message, e.error?.message, e.error?.cause?.message); };
`,
    ["websocket"],
    { what: "nothing", why: "its API shows no answer" },
  ),
];
