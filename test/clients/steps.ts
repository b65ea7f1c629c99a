import { toShellWord } from "../../src/base/shell-word.ts";
import { refusedHost } from "./shown.ts";
import {
  type OperationName,
  type OwnOperation,
  operations,
  type Stack,
  type Way,
  ways,
} from "./stack.ts";

/** The host that rules allow, and the one that has a credential beside them. */
export const allowedHosts = { plain: "api.example.com", keyed: "models.example.com" } as const;

/** One command of one client; its output is in the file `out/ID`. */
export interface Step {
  /** `3-get-direct` */
  readonly id: string;
  readonly client: number;
  readonly operation: OperationName | "refused";
  readonly way: Way;
  readonly script: string;
}

/** What is tried of each client. */
export function toSteps(clients: readonly Stack[]): readonly Step[] {
  return clients.flatMap((client, index) =>
    ways.flatMap((way) =>
      [...operations, "refused" as const].flatMap((operation) => {
        const id = `${index}-${operation}-${way}`;
        const asked =
          operation === "refused" ? toRefused(client) : toAllowed(client, operation, id);
        if (asked === undefined) return [];
        const script = toScript(asked, way);
        return [{ id, client: index, operation, way, script }];
      }),
    ),
  );
}

interface Asked {
  readonly command: string;
  readonly url: string;
}

function toAllowed(client: Stack, operation: OperationName, id: string): Asked | undefined {
  const host = client.keyed === true ? allowedHosts.keyed : allowedHosts.plain;
  const own = client[operation];
  if (operation === "stream") {
    if (own !== undefined) return { command: toCommand(own), url: `https://${host}/stream/${id}` };
    if (typeof client.get !== "string" || client.notYet !== undefined) return undefined;
    return { command: client.get, url: `https://${host}/stream` };
  }
  if (own === undefined) return undefined;
  const scheme = operation === "websocket" ? "wss" : "https";
  const path = typeof own === "string" ? `/${operation}` : own.path;
  return { command: toCommand(own), url: `${scheme}://${host}${path}` };
}

function toRefused({ refused, get, websocket, notYet }: Stack): Asked | undefined {
  const own = refused ?? get ?? websocket;
  if (own === undefined || notYet !== undefined) return undefined;
  const scheme = own === websocket ? "wss" : "https";
  const path = typeof own === "string" ? "/a/b" : own.path;
  return { command: toCommand(own), url: `${scheme}://${refusedHost}${path}` };
}

function toCommand(operation: string | OwnOperation): string {
  return typeof operation === "string" ? operation : operation.command;
}

const withoutProxy = [
  "unset http_proxy https_proxy all_proxy ws_proxy wss_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY WS_PROXY WSS_PROXY",
  "unset npm_config_proxy npm_config_https_proxy NODE_USE_ENV_PROXY GLOBAL_AGENT_HTTP_PROXY",
  `export JAVA_TOOL_OPTIONS="$(echo "$JAVA_TOOL_OPTIONS" | tr ' ' '\\n' | grep -v -i prox | tr '\\n' ' ')"`,
];

function toScript({ command, url }: Asked, way: Way): string {
  return [
    ...(way === "direct" ? withoutProxy : []),
    `export URL=${toShellWord(url)} HOST=${new URL(url).host} T="$(mktemp -d)"`,
    command,
  ].join("\n");
}

/** Step limit in `s`, generous: compilers and virtual machines start two at a time on two cores. */
const limits = { step: 150, setup: 900 } as const;

/** The shell program of the sandbox: `setups/N.sh`, one after another, then `steps/ID.sh`, two at a time. */
export function toDriver(clients: readonly Stack[]): string {
  const setups = clients.flatMap(({ setup }, index) => {
    if (setup === undefined) return [];
    const run = `timeout ${limits.setup} sh setups/${index}.sh > out/${index}-setup 2>&1`;
    return [`${run} || echo "status $?" > out/${index}-setup-failed`];
  });
  // xargs ends at a program that a signal ended
  const step = `timeout ${limits.step} sh "steps/$1.sh" > "out/$1" 2>&1 < /dev/null; true`;
  return [
    ...setups,
    `ls steps | sed 's/[.]sh$//' | xargs -P 2 -I ID sh -c ${toShellWord(step)} sh ID`,
    "exit 0",
  ].join("\n");
}
