import { gitEntries } from "../../../src/git/entry/git-entries.ts";
import { randomBytes } from "node:crypto";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createDialer } from "../../../src/proxy/upstream/dial.ts";
import { parseConnectTo } from "../../../src/proxy/client/connect-to.ts";
import { createUpstreamRoots } from "../../../src/proxy/upstream/upstream-roots.ts";
import { openSessionHandlers } from "../../../src/session/session-handlers.ts";
import { forwardTo } from "../../support/git-client.ts";
import { serverRule, tokenCredential } from "../../support/git-proxy.ts";
import { gitHost, type GitServer, startGitServer } from "../../support/git-server.ts";
import { type ProxyFixture, startProxy } from "../../support/proxy-fixture.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";
import { createSigningBench, person } from "../../support/signing-bench.ts";

const me = `${person.name} <${person.email}> 1700000000 +0000`;

interface Session extends AsyncDisposable {
  readonly proxy: ProxyFixture;
  /** Asks for the signature of a commit with that parent */
  readonly sign: (parent: string) => Promise<string>;
}

/** A whole proxy that signs, for a repository whose remote is on the server; no ref of it is known. */
async function openSession(
  server: GitServer,
  git = [serverRule("acme/widgets")],
): Promise<Session> {
  const stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "vbx-up-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const { signer } = createSigningBench();
  const repository = {
    workTree: folder,
    gitDirectory: join(folder, ".git"),
    commonDirectory: join(folder, ".git"),
    objectFormat: "sha1",
    remoteUrl: `git@${gitHost}:acme/widgets.git`,
    tips: ["f".repeat(40)],
    remotes: [],
    settings: [],
    configIssues: [],
    isForeign: false,
    isBranchRemote: false,
  } as const;
  const proxy = stack.use(
    await startProxy({
      rules: [],
      git,
      handlers: await openSessionHandlers({
        policy: { rules: [], limits: {}, entries: [{ kind: gitEntries, items: git }] },
        stateFolder: join(folder, "state"),
        signing: { signer, author: person, repository },
      }),
      credentials: [tokenCredential(server)],
      dialer: createDialer({
        roots: createUpstreamRoots({ extraCaPem: [server.ca.certPem] }),
        connectTo: [parseConnectTo(`${gitHost}:443:127.0.0.1:${server.port}`)],
      }),
    }),
  );
  const { port } = stack.use(await forwardTo(proxy.path));
  const body = join(folder, "object");
  return {
    proxy,
    sign: async (parent) => {
      const tree = "a".repeat(40);
      await writeFile(
        body,
        `tree ${tree}\nparent ${parent}\nauthor ${me}\ncommitter ${me}\n\nsubject\n`,
      );
      const flags = ["-sS", "--proxy", `http://127.0.0.1:${port}`, "--data-binary", `@${body}`];
      const url = "http://signing.vaultbox.internal/sign";
      return new Promise((resolve) => {
        execFile("curl", [...flags, url], (_error, stdout, stderr) => resolve(stdout + stderr));
      });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function createHistory(server: GitServer, name: string): Promise<readonly string[]> {
  await server.createRepository(name);
  const lines = [1, 2, 3].map((one) => {
    const message = `${name} ${one}`;
    return `commit refs/heads/main\ncommitter ${me}\ndata ${message.length}\n${message}\n`;
  });
  await server.git(name, ["fast-import", "--quiet"], lines.join("\n"));
  await server.git(name, [
    "-c",
    "user.name=x",
    "-c",
    "user.email=x@x",
    "tag",
    "-m",
    "x",
    "v1",
    "main",
  ]);
  return (await server.git(name, ["rev-list", "main"])).split("\n");
}

test("what the remote of the launch has, now and in its history, may be built on", async () => {
  await using server = await startGitServer();
  const commits = await createHistory(server, "acme/widgets");
  const foreign = await createHistory(server, "acme/other");
  await using session = await openSession(server);
  for (const commit of commits) {
    expect(await session.sign(commit)).toMatch(/^-----BEGIN SSH SIGNATURE-----/);
  }
  for (const commit of [...foreign, randomBytes(20).toString("hex")]) {
    expect(await session.sign(commit)).toMatch(/^vaultbox: its parent .* was not in this session/);
  }
  const decisions = session.proxy.events.filter(({ type }) => type === "request.decision");
  const signed = decisions.filter((event) => "signed" in event);
  expect(signed).toHaveLength(commits.length);
  expect(signed).toContainEqual(
    expect.objectContaining({
      verdict: "allow",
      host: "signing.vaultbox.internal",
      repository: "acme/widgets",
      signed: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
    }),
  );
  expect(decisions.filter((event) => "reason" in event)).toHaveLength(foreign.length + 1);
  // Asking needs no right to push
  expect(JSON.stringify(await server.requests())).not.toContain("receive-pack");
});

describe("what a stranger proposed to the remote is not the remote's", () => {
  const proposed = [
    "refs/pull/7/head",
    "refs/merge-requests/7/head",
    "refs/keep-around/x",
  ] as const;
  const place = openShared(async (stack) => {
    const server = stack.use(await startGitServer());
    await createHistory(server, "acme/widgets");
    const message = "a stranger's";
    const lines = proposed.map(
      (ref) =>
        `commit ${ref}\ncommitter ${me}\ndata ${message.length + ref.length}\n${message}${ref}\n`,
    );
    await server.git("acme/widgets", ["fast-import", "--quiet"], lines.join(""));
    return { server, session: stack.use(await openSession(server)) };
  });
  const headOf = (ref: string): Promise<string> =>
    place().server.git("acme/widgets", ["rev-parse", ref]);

  test.each(proposed)("at %s", async (ref) => {
    expect(await place().session.sign(await headOf(ref))).toMatch(/was not in this session/);
    const test = `signing: commits that strangers proposed to the repository: ${ref}`;
    recordScore({ row: 43, test, attempts: 1, blocked: 1, controlSucceeded: 0 });
  });

  test("but with the same commit at a branch it is (control)", async () => {
    const head = await headOf(proposed[0]);
    await place().server.git("acme/widgets", ["update-ref", "refs/heads/taken", head]);
    expect(await place().session.sign(head)).toMatch(/^-----BEGIN SSH SIGNATURE-----/);
    const test = "signing: commits that strangers proposed to the repository: control";
    recordScore({ row: 43, test, attempts: 0, blocked: 0, controlSucceeded: 1 });
  });
});

test("a remote that no entry lets the session read isn't asked", async () => {
  await using server = await startGitServer();
  const [tip = ""] = await createHistory(server, "acme/widgets");
  await using session = await openSession(server, [serverRule("acme/other")]);
  expect(await session.sign(tip)).toMatch(/was not in this session/);
  expect(await server.requests()).toHaveLength(0);
});

test("an upstream that doesn't answer is an upstream that doesn't know", async () => {
  const server = await startGitServer();
  const [tip = ""] = await createHistory(server, "acme/widgets");
  await using session = await openSession(server);
  await server[Symbol.asyncDispose]();
  expect(await session.sign(tip)).toMatch(/was not in this session/);
});
