// Every command that a refusal proposes is taken from its text and run as it stands; then the same request passes.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer as createPlainServer, type Server } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCliHere } from "../support/cli-here.ts";
import { talk } from "../support/proxy-fixture.ts";
import { findCommands, toShellWords } from "../support/remedy.ts";
import { startStandaloneProxy } from "../support/standalone-proxy.ts";
import { createTestCa } from "../support/test-ca.ts";
import { openTunnel } from "../support/tls-client.ts";

const ca = createTestCa();
const names = ["api.example.com", "git.example.com", "api.github.com", "github.com"];
let home = "";
let caFile = "";
let secure: Server;
let plain: Server;
/** Everything goes to the stand-ins, which are trusted */
let standins: readonly string[] = [];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "vbx-remedies-"));
  caFile = join(home, "upstream-ca.pem");
  await writeFile(caFile, ca.certPem);
  const { certPem, keyPem } = ca.issue({ hosts: names });
  secure = createServer({ cert: certPem, key: keyPem }, (_, response) => response.end("served"));
  plain = createPlainServer((_, response) => response.end("served"));
  for (const server of [secure, plain]) {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  }
  standins = ["--upstream-ca", caFile].concat(
    [80, 443, 8443].flatMap((port) => {
      const own = portOf(port === 80 ? "http" : "https");
      return ["--connect-to", `:${port}:127.0.0.1:${own}`];
    }),
  );
});

afterAll(async () => {
  secure.close();
  plain.close();
  await rm(home, { recursive: true, force: true });
});

function portOf(scheme: string): number {
  return ((scheme === "https" ? secure : plain).address() as AddressInfo).port;
}

interface Situation {
  readonly what: string;
  /** Flags of the run in which it's refused, beside the stand-ins */
  readonly flags?: readonly string[];
  /** Without the flags that lead everything to the stand-ins */
  readonly bare?: boolean;
  /** `GET https://api.example.com/v1/items`; PLAIN is the port of a server on this machine */
  readonly request: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly reason: string;
  /** What it proposes, as a part of the command; nothing where nothing would help */
  readonly proposes: string | undefined;
  /** Headers and target of the request once the user has followed it, where they aren't the same */
  readonly after?: { readonly request?: string; readonly headers?: readonly string[] };
}

const websocket = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
];
const aws =
  "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2Fb&X-Amz-Expires=60&X-Amz-Signature=abc";
const azure = "sv=2018-11-09&sr=b&se=2026-12-04T18%3A19%3A58Z&sp=r&sig=abc%3D";

const situations: readonly Situation[] = [
  {
    what: "a host that no rule names",
    request: "GET https://api.example.com/v1/items",
    reason: "host-not-allowed",
    proposes: "--allow 'GET https://api.example.com/v1/items'",
  },
  {
    what: "a POST to such a host",
    request: "POST https://api.example.com/v1/items",
    reason: "host-not-allowed",
    proposes: "--allow 'POST https://api.example.com/v1/items'",
  },
  {
    what: "a WebSocket to such a host",
    request: "GET https://api.example.com/live",
    headers: websocket,
    reason: "host-not-allowed",
    proposes: "--allow 'GET wss://api.example.com/live'",
  },
  {
    what: "a path that a shell would read",
    request: "GET https://api.example.com/a$(x)'b;c",
    reason: "host-not-allowed",
    proposes: "--allow 'GET https://api.example.com/**'",
  },
  {
    what: "plain http",
    request: "GET http://api.example.com/a",
    flags: ["--allow", "api.example.com"],
    reason: "port-not-allowed",
    proposes: "--allow 'GET http://api.example.com/a'",
  },
  {
    what: "a method",
    request: "DELETE https://api.example.com/v1/items/1",
    flags: ["--allow", "api.example.com"],
    reason: "method-not-allowed",
    proposes: "--allow 'DELETE https://api.example.com/v1/items/1'",
  },
  {
    what: "a path",
    request: "GET https://api.example.com/v2",
    flags: ["--allow", "GET https://api.example.com/v1/**"],
    reason: "path-not-allowed",
    proposes: "--allow 'GET https://api.example.com/v2'",
  },
  {
    what: "a WebSocket where a request is allowed",
    request: "GET https://api.example.com/live",
    headers: websocket,
    flags: ["--allow", "api.example.com"],
    reason: "websocket-not-allowed",
    proposes: "--allow 'GET wss://api.example.com/live'",
  },
  {
    what: "a port",
    request: "GET https://api.example.com:8443/a",
    flags: ["--allow", "api.example.com"],
    reason: "port-not-allowed",
    proposes: "--allow 'GET https://api.example.com:8443/a'",
  },
  {
    what: "a clone of a repository",
    request: "GET https://git.example.com/acme/widgets.git/info/refs?service=git-upload-pack",
    reason: "host-not-allowed",
    proposes: "--git 'https://git.example.com/acme/widgets.git'",
  },
  {
    what: "a push to a repository that may be read",
    request: "GET https://github.com/acme/widgets/info/refs?service=git-receive-pack",
    flags: ["--git", "https://github.com/acme/widgets"],
    reason: "git-not-allowed",
    proposes: "--git 'https://github.com/acme/widgets:push=agent/*'",
  },
  {
    what: "a merge of a pull request",
    request: "PUT https://api.github.com/repos/acme/widgets/pulls/1/merge",
    headers: ["Content-Type: application/json"],
    body: "{}",
    flags: ["--git", "https://github.com/acme/widgets"],
    reason: "git-not-allowed",
    proposes: "--git 'https://github.com/acme/widgets:pulls=merge'",
  },
  {
    what: "a signed URL of AWS",
    request: `GET https://api.example.com/o/file?${aws}`,
    flags: ["--allow", "api.example.com"],
    reason: "foreign-credential",
    proposes: "--allow 'GET https://api.example.com/o/file?*'",
  },
  {
    what: "a signed URL of Azure, as release assets have",
    request: `GET https://api.example.com/o/1?${azure}&jwt=abc`,
    flags: ["--allow", "GET https://api.example.com/**"],
    reason: "foreign-credential",
    proposes: "--allow 'GET https://api.example.com/o/1?*'",
  },
  {
    what: "a key in a header",
    request: "GET https://api.example.com/a",
    headers: ["X-Api-Key: abc"],
    flags: ["--allow", "api.example.com"],
    reason: "foreign-credential",
    proposes: "vaultbox credential add NAME --host api.example.com --header X-Api-Key",
    after: { headers: [] },
  },
  {
    what: "a bearer token",
    request: "GET https://api.example.com:8443/a",
    headers: ["Authorization: Bearer abc"],
    flags: ["--allow", "https://api.example.com:8443"],
    reason: "foreign-credential",
    proposes: "vaultbox credential add NAME --host api.example.com --port 8443",
    after: { headers: [] },
  },
  {
    what: "a key in the query",
    request: "GET https://api.example.com/a?api_key=abc",
    flags: ["--allow", "api.example.com"],
    reason: "foreign-credential",
    proposes: "vaultbox credential add NAME --host api.example.com --query api_key",
    after: { request: "GET https://api.example.com/a" },
  },
  {
    what: "a server on this machine, by its address",
    bare: true,
    request: "GET http://127.0.0.1:PLAIN/a",
    reason: "host-not-allowed",
    proposes: "--connect-to 127.0.0.1:PLAIN:127.0.0.1:PLAIN",
  },
  {
    what: "the same where a rule allows it",
    bare: true,
    flags: ["--allow", "http://127.0.0.1:PLAIN"],
    request: "GET http://127.0.0.1:PLAIN/a",
    reason: "address-not-allowed",
    proposes: "--connect-to 127.0.0.1:PLAIN:127.0.0.1:PLAIN",
  },
  {
    what: "a name that leads to this machine",
    bare: true,
    flags: ["--allow", "http://localhost:PLAIN"],
    request: "GET http://localhost:PLAIN/a",
    reason: "address-not-allowed",
    proposes: "--connect-to localhost:PLAIN:ADDRESS:PLAIN",
  },
  {
    what: "a server with a certificate of its own",
    bare: true,
    flags: ["--allow", "api.example.com", "--connect-to", "api.example.com:443:127.0.0.1:TLS"],
    request: "GET https://api.example.com/a",
    reason: "upstream-tls-failed",
    proposes: "vaultbox run --upstream-ca FILE",
  },
  ...["0.0.0.0", "169.254.169.254", "[::]", "[fe80::1]", "224.0.0.1", "github-work"].map(
    (host) => ({
      what: `${host}, which no rule makes reachable`,
      request: `GET http://${host}/a`,
      reason: "host-not-allowed",
      proposes: undefined,
    }),
  ),
  {
    what: "an address of metadata that a rule names",
    bare: true,
    flags: ["--allow", "http://169.254.169.254"],
    request: "GET http://169.254.169.254/a",
    reason: "address-not-allowed",
    proposes: undefined,
  },
  {
    what: "a placeholder of another session",
    request: "GET https://api.example.com/a",
    headers: ["Authorization: Bearer vbx_0000000000000000000000000000000000000000"],
    flags: ["--allow", "api.example.com"],
    reason: "foreign-credential",
    proposes: "vaultbox credential add NAME --host api.example.com",
    after: { headers: [] },
  },
];

test.each(situations)("$what: what is proposed helps", async (situation) => {
  await using world = await openWorld();
  const { proposes, after } = situation;
  const flags = (situation.flags ?? []).map(withPorts);
  const base = situation.bare === true ? flags : [...standins, ...flags];
  const refused = await world.ask(base, situation.request, situation);
  expect(refused).toContain(`X-Vaultbox-Refusal: ${situation.reason}\r\n`);
  const [command, ...more] = findCommands(toText(refused));
  expect(more).toEqual([]);
  if (proposes === undefined) {
    expect(command).toBeUndefined();
    expect(await world.summary()).not.toContain("allow: vaultbox");
    return;
  }
  expect(command).toContain(withPorts(proposes));
  const added = await world.follow(command ?? "");
  const again = { ...situation, ...after };
  const answer = await world.ask([...added, ...base], again.request, again);
  expect(answer).not.toContain(`X-Vaultbox-Refusal: ${situation.reason}`);
  expect(answer).not.toContain("HTTP/1.1 403");
});

test("what a summary proposes is what the refusals did", async () => {
  await using world = await openWorld();
  for (const request of ["POST https://api.example.com/v1/items", "GET http://10.1.2.3/x"]) {
    const refused = await world.ask(standins, request);
    const [command = ""] = findCommands(toText(refused));
    const [line = ""] = findCommands(await world.summary());
    expect(toShellWords(line)).toEqual(toShellWords(command));
  }
});

/** A home of its own, in which a user follows what is said. */
async function openWorld() {
  const own = await mkdtemp(join(tmpdir(), "vbx-remedy-"));
  const env = { HOME: own, VAULTBOX_HOME: join(own, "vaultbox") };
  const cli = (args: readonly string[], input?: string) =>
    runCliHere(args, { cwd: own, env, ...(input === undefined ? {} : { input }) });
  return {
    /** The answer to one request of a session with these flags */
    ask: async (
      flags: readonly string[],
      request: string,
      { headers = [], body = "" }: Pick<Situation, "headers" | "body"> = {},
    ) => {
      await using proxy = await startStandaloneProxy(flags, own);
      const [method = "", url = ""] = withPorts(request).split(" ");
      const [, scheme, authority = "", target = ""] = /^(https?):\/\/([^/]*)(.*)$/.exec(url) ?? [];
      const length = method === "GET" ? [] : [`Content-Length: ${body.length}`];
      const head = [`Host: ${authority}`, ...headers, ...length].join("\r\n");
      const bytes = (asked: string) => `${method} ${asked} HTTP/1.1\r\n${head}\r\n\r\n${body}`;
      const until = { until: /served$|\r\n\r\n[^]+\n$/ };
      if (scheme === "http") return await talk(await proxy.connect(), bytes(url), until);
      const end = authority.includes(":") ? authority : `${authority}:443`;
      return await talk(await openTunnel(proxy, end), bytes(target), until);
    },
    summary: async () => (await cli(["audit", "show"])).stdout,
    /** Runs what isn't `run`; of that the flags are for the next session. Words in capitals are for the user to fill in */
    follow: async (command: string) => {
      const words = toShellWords(command).map((word) =>
        word
          .replace("ADDRESS", "127.0.0.1")
          .replace(/^FILE$/, caFile)
          .replace(/^NAME$/, "mine"),
      );
      const [program, verb, ...rest] = words;
      expect(program).toBe("vaultbox");
      if (verb === "run") {
        expect(rest.at(-1)).toBe("…");
        return rest.slice(0, -1);
      }
      const { status, stderr } = await cli(words.slice(1), "a-secret-of-the-user-1234567890\n");
      expect([status, stderr]).toEqual([0, expect.any(String)]);
      return [];
    },
    [Symbol.asyncDispose]: () => rm(own, { recursive: true, force: true }),
  };
}

function withPorts(text: string): string {
  return text.replaceAll("PLAIN", `${portOf("http")}`).replaceAll("TLS", `${portOf("https")}`);
}

/** What the client shows of an answer, JSON or text. */
function toText(answer: string): string {
  const [head = "", body = ""] = Buffer.from(answer, "latin1").toString("utf8").split("\r\n\r\n");
  return head.includes("application/json") ? String(JSON.parse(body).error) : body;
}
