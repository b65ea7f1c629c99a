import { chown, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toShellWord } from "../../src/shell-word.ts";
import { createWorld } from "../support/sandbox-world.ts";
import { createTestCa } from "../support/test-ca.ts";
import { startClientStandin } from "./standin.ts";
import type { Shown, Stack } from "./stack.ts";

const allowed = "api.example.com";
const refused = "refused.example.net";

/** What one client did; undefined where it has no such operation. */
export interface ClientResult {
  readonly name: string;
  readonly get: boolean | undefined;
  readonly post: boolean | undefined;
  readonly stream: boolean | undefined;
  readonly websocket: boolean | undefined;
  /** Without proxy variables */
  readonly direct: boolean | undefined;
  /** What it prints at a refused host, with proxy variables and without */
  readonly refused: Shown;
  readonly refusedDirect: Shown;
  /** All that it printed, by operation */
  readonly output: Readonly<Record<string, string>>;
}

interface Step {
  readonly client: number;
  readonly step: string;
  readonly command: string;
  readonly url: string;
  readonly isDirect?: boolean;
}

/** Every operation of every client in one sandbox of that owner's. */
export async function runClients(
  clients: readonly Stack[],
  { image, owner }: { readonly image: string; readonly owner: number },
): Promise<readonly ClientResult[]> {
  const ca = createTestCa();
  await using standin = await startClientStandin(ca.issue({ hosts: [allowed] }));
  await using world = await createWorld(owner);
  const place = async (path: string, text: string): Promise<void> => {
    await writeFile(join(world.workspace, path), text);
    await chown(join(world.workspace, path), owner, owner);
  };
  for (const { file } of clients) if (file !== undefined) await place(file.path, file.text);
  await place("drive.sh", toDriver(clients));
  const caFile = join(world.workspace, "..", `ca-${process.pid}-${owner}.pem`);
  await writeFile(caFile, ca.certPem);
  const result = await world.run(
    ["run", "--image", image, "--upstream-ca", caFile, "--memory", "4GiB"].concat(
      ["--connect-to", `${allowed}:443:127.0.0.1:${standin.port}`],
      ["--allow", `* https://${allowed}/**`, "--allow", `GET wss://${allowed}/ws`],
      ["--", "sh", "drive.sh"],
    ),
    { timeoutMs: 15 * 60_000 },
  );
  if (result.status !== 0) throw new Error(`the clients didn't run: ${result.stderr}`);
  const outputs = await Promise.all(
    toSteps(clients).map(async ({ client, step }) => {
      const path = join(world.workspace, `out-${client}-${step}`);
      return [client, step, await readFile(path, "utf8").catch(() => "")] as const;
    }),
  );
  return clients.map((client, index) => {
    const own = outputs.filter(([of]) => of === index).map(([, step, text]) => [step, text]);
    return toResult(client, Object.fromEntries(own) as Record<string, string>);
  });
}

function toSteps(clients: readonly Stack[]): readonly Step[] {
  return clients.flatMap((client, index) => {
    const { get, post, websocket, needsProxy } = client;
    const steps: Step[] = [];
    const add = (step: string, command: string | undefined, url: string, isDirect = false) => {
      if (command === undefined || (isDirect && needsProxy !== undefined)) return;
      steps.push({ client: index, step, command, url, isDirect });
    };
    add("get", get, `https://${allowed}/get`);
    add("post", post, `https://${allowed}/post`);
    add("stream", get, `https://${allowed}/stream`);
    add("websocket", websocket, `wss://${allowed}/ws`);
    add("direct", get ?? websocket, get ? `https://${allowed}/get` : `wss://${allowed}/ws`, true);
    const asked = client.refused ?? get ?? websocket;
    const url = `${asked === websocket ? "wss" : "https"}://${refused}/a/b`;
    add("refused", asked, url);
    add("refusedDirect", asked, url, true);
    return steps;
  });
}

/** A step a line, each with a time limit and its output in a file of its own; two at a time. */
function toDriver(clients: readonly Stack[]): string {
  const unset =
    "unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY npm_config_proxy npm_config_https_proxy NODE_USE_ENV_PROXY JAVA_TOOL_OPTIONS; ";
  const trust = 'export JAVA_TOOL_OPTIONS="$JAVA_WITHOUT_PROXY"; ';
  const lines = toSteps(clients).map(({ client, step, command, url, isDirect }) => {
    const script = `${isDirect === true ? unset + trust : ""}export URL=${toShellWord(url)} T="$(mktemp -d)"; ${command}`;
    return `timeout 60 sh -c ${toShellWord(script)} > out-${client}-${step} 2>&1 < /dev/null`;
  });
  const setups = clients.flatMap(({ setup }) => setup ?? []);
  return [
    "export HOME=${HOME:-/tmp} JAVA_WITHOUT_PROXY=\"$(echo \"$JAVA_TOOL_OPTIONS\" | tr ' ' '\\n' | grep -v -i prox | tr '\\n' ' ')\"",
    ...setups.map((setup) => `${setup} || exit 1`),
    ...lines.flatMap((line, index) => (index % 4 === 3 ? [`${line} &`, "wait"] : [`${line} &`])),
    "wait",
    "exit 0",
  ].join("\n");
}

function toResult(client: Stack, output: Readonly<Record<string, string>>): ClientResult {
  const has = (step: string, pattern: RegExp): boolean | undefined =>
    output[step] === undefined ? undefined : pattern.test(output[step]);
  return {
    name: client.name,
    get: has("get", /served/),
    post: has("post", /got hello/),
    stream: has("stream", /one\s+two\s+three/),
    websocket: has("websocket", /hello/),
    direct: has("direct", client.get === undefined ? /hello/ : /served/),
    refused: toShown(output["refused"] ?? ""),
    refusedDirect: toShown(output["refusedDirect"] ?? output["refused"] ?? ""),
    output,
  };
}

function toShown(text: string): Shown {
  // Browsers of the terminal break lines
  const flat = text.replaceAll(/\s+/g, " ");
  if (/vaultbox: refused .*the host is not allowed/.test(flat)) return "text";
  if (flat.includes("vaultbox: host-not-allowed")) return "reason phrase";
  return /\b403\b|forbidden/i.test(flat) ? "status" : "nothing";
}

/** What isn't as the entries of the clients say, with what was printed. */
export function findSurprises(
  clients: readonly Stack[],
  results: readonly ClientResult[],
): readonly string[] {
  return results.flatMap((result, index) => {
    const { name, output } = result;
    const wanted = clients[index]?.shows?.what ?? "text";
    const failed = (["get", "post", "stream", "websocket", "direct"] as const).filter(
      (step) => result[step] === false,
    );
    const unlike = (["refused", "refusedDirect"] as const).filter(
      (step) => result[step] !== wanted,
    );
    return [...failed, ...unlike].map(
      (step) => `${name}, ${step}: ${JSON.stringify(output[step]?.slice(-300))}`,
    );
  });
}
