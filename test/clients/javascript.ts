import { type OperationName, type Stack, toCommands, toFileName } from "./stack.ts";

const prelude = `import { createRequire } from "node:module";
const require = createRequire("/opt/tools/lib/clients.js");
const load = async (name) => import(require.resolve(name));
const [op, url] = process.argv.slice(2);
const method = op === "post" ? "POST" : "GET";
const body = op === "post" ? "hello" : undefined;
const show = (text) => process.stdout.write(text);
const showPieces = async (pieces) => { for await (const piece of pieces) show(Buffer.from(piece)); };
`;

interface Options extends Pick<Stack, "npm" | "debian" | "setup" | "shows" | "keyed"> {
  readonly names?: readonly OperationName[];
  /** What runs the file */
  readonly run?: string;
}

/** A JavaScript program; without names it does plain requests, answers in pieces among them. */
export function javascript(name: string, body: string, options: Options = {}): Stack {
  const { names = ["get", "post", "stream"], run = "node", ...rest } = options;
  const path = toFileName(name, "mjs");
  return {
    name,
    ...rest,
    file: { path, text: `${prelude}${body}` },
    ...toCommands(`${run} ${path}`, names),
  };
}

const fetchText = `const r = await fetch(url, { method, body });
if (op === "stream") await showPieces(r.body); else show(await r.text());
`;

const webSocketText = `if (op === "websocket") {
  const w = new WebSocket(url);
  w.onopen = () => w.send("hello");
  w.onmessage = ({ data }) => { console.log(data); w.close(); };
  w.onerror = (e) => { console.log(e.message || e.type); };
} else {
  ${fetchText.replaceAll("\n", "\n  ")}
}
`;

const all: readonly OperationName[] = ["get", "post", "stream", "websocket"];

export const nodeStacks: readonly Stack[] = [
  javascript("Node fetch", fetchText),
  javascript(
    "Node https",
    `import https from "node:https";
https.request(url, { method }, (r) => r.pipe(process.stdout)).end(body);
`,
  ),
  javascript(
    "Node undici",
    `const { request, EnvHttpProxyAgent } = await load("undici");
const r = await request(url, { method, body, dispatcher: new EnvHttpProxyAgent() });
await showPieces(r.body);
`,
    { npm: ["undici"] },
  ),
  javascript(
    "Node axios",
    `const { default: axios } = await load("axios");
const responseType = op === "stream" ? "stream" : "text";
const r = await axios.request({ url, method, data: body, responseType, validateStatus: () => true });
if (op === "stream") await showPieces(r.data); else show(String(r.data));
`,
    { npm: ["axios"] },
  ),
  javascript(
    "Node got",
    `const { default: module, got = module } = await load("got");
const options = { method, body, throwHttpErrors: false };
if (op === "stream") got.stream(url).pipe(process.stdout); else show(await got(url, options).text());
`,
    { npm: ["got"] },
  ),
  javascript(
    "Node node-fetch",
    `const { default: fetch } = await load("node-fetch");
${fetchText}`,
    { npm: ["node-fetch"] },
  ),
  javascript(
    "Node superagent",
    `const { default: superagent } = await load("superagent");
if (op === "stream") superagent.get(url).pipe(process.stdout);
else show((await superagent(method, url).ok(() => true).buffer(true).send(body)).text);
`,
    { npm: ["superagent"] },
  ),
  javascript(
    "Node ky",
    `const { default: ky } = await load("ky");
const r = await ky(url, { method, body, throwHttpErrors: false, retry: 0 });
if (op === "stream") await showPieces(r.body); else show(await r.text());
`,
    { npm: ["ky"] },
  ),
  javascript(
    "Node needle",
    `const { default: needle } = await load("needle");
if (op === "stream") needle.get(url, {}).pipe(process.stdout);
else show(String((await needle(method.toLowerCase(), url, body ?? null, { parse_response: false })).body));
`,
    { npm: ["needle"] },
  ),
  javascript(
    "Node cross-fetch",
    `const { default: fetch } = await load("cross-fetch");
${fetchText}`,
    { npm: ["cross-fetch"] },
  ),
  javascript(
    "Node @octokit/request",
    `const { request } = await load("@octokit/request");
const headers = { "content-type": "text/plain" };
const r = await request(method + " " + url, { data: body, headers }).catch((e) => ({ data: e.message }));
show(typeof r.data === "string" ? r.data : JSON.stringify(r.data));
`,
    { npm: ["@octokit/request"], names: ["get", "post"] },
  ),
  javascript(
    "Node ws",
    `const { default: WebSocket } = await load("ws");
const w = new WebSocket(url);
w.on("open", () => w.send("hello"));
w.on("message", (m) => { console.log(String(m)); w.close(); });
w.on("unexpected-response", (_, r) => { r.pipe(process.stdout); });
`,
    { npm: ["ws"], names: ["websocket"] },
  ),
  javascript("Node WebSocket", webSocketText, {
    names: ["websocket"],
    shows: {
      what: "nothing",
      prints: "error",
      why: "its API shows no answer to a handshake",
    },
  }),
  javascript("Bun", webSocketText, { npm: ["bun"], names: all, run: "bun" }),
  javascript("Deno", webSocketText, {
    npm: ["deno"],
    names: all,
    run: "DENO_NO_UPDATE_CHECK=1 deno run -A --no-lock",
  }),
];
