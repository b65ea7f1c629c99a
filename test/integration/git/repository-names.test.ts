import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import {
  type GitProxy,
  serverRule,
  openGitProxy,
  tokenCredential,
} from "../../support/git-proxy.ts";
import { type GitServer, startGitServer } from "../../support/git-server.ts";
import { sendRaw } from "../../support/git-wire.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";

const run = promisify(execFile);
const logDelayMs = 500;

/** Repositories of their own on this server, each with a name that reads like the one that is granted. */
const lookalikes = ["acme/widgets.git", "acme/widgets.GIT", "Acme/widgets", "acme/Widgets"];

const paths = [
  "/acme/widgets.git.git",
  "/acme/widgets%2egit%2egit",
  "/acme/widgets.git%2eGIT",
  "/acme/widgets.GIT.git",
  "/acme/widgets.GIT",
  "/Acme/widgets.git",
  "/acme/Widgets",
];

const suffixes = [
  ["GET", "info/refs?service=git-upload-pack"],
  ["GET", "info/refs?service=git-receive-pack"],
  ["POST", "git-upload-pack"],
  ["POST", "git-receive-pack"],
  ["POST", "info/lfs/objects/batch"],
] as const;

test("a name that reads like the granted repository's opens no other repository", async () => {
  await using server = await startGitServer();
  for (const name of ["acme/widgets", ...lookalikes]) await server.createRepository(name);
  await using guarded = await openGitProxy({
    server,
    git: [serverRule("acme/widgets", {})],
    credentials: [tokenCredential(server, "acme/widgets")],
  });
  await using open = await openGitProxy({ server, rules: ["* https://git.example.test/**"] });
  const attempts = paths.length * suffixes.length;
  const served = await countServed(server, guarded);
  const servedUnchecked = await countServed(server, open);
  recordScore({
    row: 23,
    test: "repositories whose names read alike",
    attempts,
    blocked: attempts - served,
    controlSucceeded: servedUnchecked,
  });
  expect([served, servedUnchecked]).toEqual([0, attempts]);
  // The granted one, with and without .git
  const before = (await server.requests()).length;
  for (const path of ["/acme/widgets.git", "/acme/widgets"]) await ask(guarded, path, suffixes[0]);
  await sleep(logDelayMs);
  expect((await server.requests()).slice(before).map(({ user }) => user)).toEqual([
    "x-access-token",
    "x-access-token",
  ]);
});

describe("the command that a refused push names is one that a shell reads as it was meant", () => {
  const guarded = openShared(async (stack) => {
    const server = stack.use(await startGitServer());
    return stack.use(await openGitProxy({ server, git: [serverRule("acme/*", undefined)] }));
  });

  test.each(["x';touch$IFS$HOME;'", "$(id)", "a;id", "x%27;id;%27", "plain"])(
    "whatever the repository's name: %s",
    async (name) => {
      const path = `/acme/${name}/info/refs?service=git-receive-pack`;
      const { body } = await sendRaw(guarded().proxy, { method: "GET", path });
      const command = /vaultbox (run --git .*) …/.exec(body.toString())?.[1] ?? "";
      const { stdout } = await run("bash", ["-c", `printf '%s\\n' ${command}`]);
      const entry = `https://git.example.test/acme/${decodeURIComponent(name)}:push=agent/*`;
      expect(stdout.split("\n").slice(0, 3)).toEqual(["run", "--git", entry]);
    },
  );
});

test("a path of thousands of segments costs no more than a short one, however many entries there are", async () => {
  await using server = await startGitServer();
  const git = Array.from({ length: 20 }, (_, index) => serverRule(`acme/repository-${index}`, {}));
  await using guarded = await openGitProxy({ server, git });
  const askFor = async (path: string): Promise<number> => {
    const { user } = process.cpuUsage();
    const { status } = await sendRaw(guarded.proxy, { method: "GET", path });
    expect(status).toBe(403);
    return (process.cpuUsage().user - user) / 1000;
  };
  await askFor("/a");
  // A look at each of its beginnings, for each entry, took a second for one entry
  expect(await askFor("/a".repeat(8000))).toBeLessThan(1000);
});

/** How many of the requests the server answered. */
async function countServed(server: GitServer, proxy: GitProxy): Promise<number> {
  const before = (await server.requests()).length;
  for (const path of paths) for (const suffix of suffixes) await ask(proxy, path, suffix);
  // Its log is written behind the answers
  await sleep(logDelayMs);
  return (await server.requests()).length - before;
}

async function ask(
  { proxy }: GitProxy,
  path: string,
  [method, suffix]: (typeof suffixes)[number],
): Promise<void> {
  const isLfs = suffix.startsWith("info/lfs");
  const batch = { operation: "download", objects: [{ oid: "0".repeat(64), size: 1 }] };
  await sendRaw(proxy, {
    method,
    path: `${path}/${suffix}`,
    ...(method === "GET"
      ? {}
      : {
          headers: {
            "content-type": isLfs
              ? "application/vnd.git-lfs+json"
              : `application/x-${suffix}-request`,
          },
          body: Buffer.from(isLfs ? JSON.stringify(batch) : "0000"),
        }),
  });
}
