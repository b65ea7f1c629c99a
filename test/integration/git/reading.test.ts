import { provide } from "../../support/credential-fixtures.ts";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readGit } from "../../support/git.ts";
import {
  type GitProxy,
  serverRule,
  openGitProxy,
  tokenCredential,
} from "../../support/git-proxy.ts";
import { sendRaw } from "../../support/git-wire.ts";
import { gitHost, type GitServer, startGitServer } from "../../support/git-server.ts";

const lines = (count: number, name = "commit"): string =>
  Array.from({ length: count }, (_, index) => commitOf(`${name} ${index}`)).join("");

/** A commit on main, as git-fast-import(1) reads it. */
function commitOf(message: string): string {
  const person = "Ada <ada@example.test> 1700000000 +0000";
  const content = `${message}\n`.repeat(20);
  return `commit refs/heads/main\ncommitter ${person}\ndata ${message.length}\n${message}\nM 100644 inline file\ndata ${content.length}\n${content}\n`;
}

/** A repository with so many commits on main. Resolves to the last one's id */
async function createWidgets(server: GitServer, name: string, commits: number): Promise<string> {
  await server.createRepository(name);
  await server.git(name, ["fast-import", "--quiet"], lines(commits));
  return server.git(name, ["rev-parse", "main"]);
}

async function run(proxy: GitProxy, args: readonly string[], cwd = proxy.folder): Promise<string> {
  const { status, stdout, stderr } = await proxy.client.run(args, { cwd });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return stdout.trim();
}

test.each(["0", "1", "2"])(
  "protocol v%s: clone, fetch, shallow and partial clones and ls-remote read a repository that an entry names",
  async (version) => {
    await using server = await startGitServer();
    const tip = await createWidgets(server, "acme/widgets", 20);
    await using proxy = await openGitProxy({ server, git: [serverRule("acme/widgets")] });
    const { folder } = proxy;
    const url = proxy.client.urlOf("acme/widgets");
    const with_ = ["-c", `protocol.version=${version}`];
    const listed = await run(proxy, [...with_, "ls-remote", url, "refs/heads/main"]);
    expect(listed).toBe(`${tip}\trefs/heads/main`);
    await run(proxy, [...with_, "clone", "--quiet", url, "whole"]);
    await run(proxy, [...with_, "clone", "--quiet", "--depth=3", url, "shallow"]);
    await run(proxy, [...with_, "clone", "--quiet", "--filter=blob:none", url, "partial"]);
    const countIn = (name: string): Promise<string> =>
      readGit(["rev-list", "--count", "HEAD"], { cwd: join(folder, name) });
    expect(await Promise.all(["whole", "shallow", "partial"].map(countIn))).toEqual([
      "20",
      "3",
      "20",
    ]);
    await server.git("acme/widgets", ["fast-import", "--quiet", "--force"], lines(25));
    for (const name of ["whole", "shallow", "partial"]) {
      await run(proxy, [...with_, "fetch", "--quiet"], join(folder, name));
    }
    await run(proxy, [...with_, "fetch", "--quiet", "--unshallow"], join(folder, "shallow"));
    const remote = ["rev-parse", "origin/main"];
    const fetched = await readGit(remote, { cwd: join(folder, "shallow") });
    expect(fetched).toBe(await server.git("acme/widgets", ["rev-parse", "main"]));
    const requests = await server.requests();
    expect(requests.every(({ status, user }) => status === 200 && user !== undefined)).toBe(true);
    expect(new Set(requests.map(({ protocol }) => protocol))).toEqual(
      new Set([version === "0" ? undefined : `version=${version}`]),
    );
  },
);

test("a negotiation so long that git compresses it goes through", async () => {
  await using server = await startGitServer();
  await createWidgets(server, "acme/widgets", 1);
  await using proxy = await openGitProxy({ server, git: [serverRule("acme/widgets")] });
  const work = join(proxy.folder, "work");
  await readGit(["init", "--quiet", "--initial-branch=main", work], { cwd: proxy.folder });
  // Commits that the server doesn't have: the client offers them all
  await readGit(["fast-import", "--quiet"], {
    cwd: work,
    input: lines(300, "other"),
  });
  const url = proxy.client.urlOf("acme/widgets");
  await run(proxy, ["-c", "protocol.version=0", "fetch", "--quiet", url, "main"], work);
  const encodings = (await server.requests()).map(({ contentEncoding }) => contentEncoding);
  expect(encodings).toContain("gzip");
});

test("a repository that no entry names is refused with the reason, and the server hears nothing", async () => {
  await using server = await startGitServer();
  await createWidgets(server, "acme/gadgets", 1);
  await using proxy = await openGitProxy({ server, git: [serverRule("acme/widgets")] });
  const url = proxy.client.urlOf("acme/gadgets");
  const cloned = await proxy.client.run(["clone", url, "clone"], { cwd: proxy.folder });
  expect(cloned.status).toBe(128);
  expect(cloned.stderr).toMatch(/^remote: vaultbox: refused /m);
  expect(await server.requests()).toEqual([]);
  await using open = await openGitProxy({ server, rules: [`* https://${gitHost}/**`] });
  await run(open, ["clone", "--quiet", open.client.urlOf("acme/gadgets"), "clone"]);
});

test("an entry that says read: false refuses a clone", async () => {
  await using server = await startGitServer();
  await createWidgets(server, "acme/widgets", 1);
  await using proxy = await openGitProxy({
    server,
    git: [serverRule("acme/widgets", {}, { read: false })],
  });
  const url = proxy.client.urlOf("acme/widgets");
  const cloned = await proxy.client.run(["clone", url, "clone"], { cwd: proxy.folder });
  expect(cloned.status).toBe(128);
  expect(cloned.stderr).toMatch(/^remote: vaultbox: refused to read acme\/widgets/m);
});

test.each([
  "HEAD",
  "info/refs",
  "info/refs?service=git-upload-pack&service=git-receive-pack",
  "info/refs?service=git-upload-archive",
  "objects/info/packs",
  "config",
])("of a repository's files %s isn't served by the older protocol", async (path) => {
  await using server = await startGitServer();
  await createWidgets(server, "acme/widgets", 1);
  await using proxy = await openGitProxy({ server, git: [serverRule("acme/widgets", {})] });
  const answer = await sendRaw(proxy.proxy, { method: "GET", path: `/acme/widgets.git/${path}` });
  expect(answer.status).toBe(403);
  expect(await server.requests()).toEqual([]);
});

test("a submodule is a repository of its own: cloned when an entry names it, else refused", async () => {
  await using server = await startGitServer();
  const inner = await createWidgets(server, "acme/inner", 2);
  await server.createRepository("acme/outer");
  const url = `https://${gitHost}/acme/inner.git`;
  const modules = `[submodule "inner"]\n\tpath = inner\n\turl = ${url}\n`;
  const person = "Ada <ada@example.test> 1700000000 +0000";
  await server.git(
    "acme/outer",
    ["fast-import", "--quiet"],
    `commit refs/heads/main\ncommitter ${person}\ndata 4\nmain\nM 100644 inline .gitmodules\ndata ${modules.length}\n${modules}\nM 160000 ${inner} inner\n\n`,
  );
  const outer = serverRule("acme/outer");
  await using both = await openGitProxy({ server, git: [outer, serverRule("acme/inner")] });
  const clone = ["clone", "--quiet", "--recurse-submodules"];
  await run(both, [...clone, both.client.urlOf("acme/outer"), "clone"]);
  const head = await readGit(["rev-parse", "HEAD"], { cwd: join(both.folder, "clone/inner") });
  expect(head).toBe(inner);
  await using one = await openGitProxy({ server, git: [outer] });
  const refused = await one.client.run([...clone, one.client.urlOf("acme/outer"), "clone"], {
    cwd: one.folder,
  });
  expect(refused.status).not.toBe(0);
  expect(refused.stderr).toMatch(/^remote: vaultbox: refused .*acme\/inner/m);
  expect(await readGit(["log", "--format=%s"], { cwd: join(one.folder, "clone") })).toBe("main");
});

test("an SSH remote works by insteadOf, and pushes under the same entry", async () => {
  await using server = await startGitServer();
  await createWidgets(server, "acme/widgets", 2);
  await using proxy = await openGitProxy({ server, git: [serverRule("acme/widgets", {})] });
  const config = [
    `url.https://${gitHost}/.insteadOf=git@${gitHost}:`,
    `url.https://${gitHost}/.insteadOf=ssh://git@${gitHost}/`,
  ].flatMap((setting) => ["-c", setting]);
  await run(proxy, [...config, "clone", "--quiet", `git@${gitHost}:acme/widgets.git`, "scp"]);
  await run(proxy, [...config, "clone", "--quiet", `ssh://git@${gitHost}/acme/widgets`, "ssh"]);
  const cwd = join(proxy.folder, "scp");
  await run(proxy, [...config, "commit", "--quiet", "--allow-empty", "--message=more"], cwd);
  const head = await readGit(["rev-parse", "HEAD"], { cwd });
  await run(proxy, [...config, "push", "--quiet", "origin", "HEAD:agent/x"], cwd);
  expect(await server.refs("acme/widgets")).toMatchObject({ "refs/heads/agent/x": head });
  const refused = await proxy.client.run([...config, "push", "origin", "HEAD:main"], { cwd });
  expect(refused.stderr).toMatch(/^remote: vaultbox: /m);
});

test("of two credentials for a host each goes to the repository it's bound to", async () => {
  const second = randomBytes(20).toString("hex");
  await using server = await startGitServer({ others: { second } });
  await createWidgets(server, "acme/widgets", 1);
  await createWidgets(server, "acme/gadgets", 1);
  const [binding] = tokenCredential(server, "acme/gadgets").bindings;
  await using proxy = await openGitProxy({
    server,
    git: [serverRule("acme/widgets"), serverRule("acme/gadgets")],
    credentials: [
      tokenCredential(server, "acme/widgets"),
      {
        name: "second",
        vault: "test",
        bindings: binding ? [{ ...binding, scheme: { type: "basic", username: "second" } }] : [],
        placeholder: "ghp_theOtherPlaceholderOfThisTest0000000",
        provider: provide(second),
      },
    ],
  });
  await run(proxy, ["ls-remote", proxy.client.urlOf("acme/widgets")]);
  await run(proxy, ["ls-remote", proxy.client.urlOf("acme/gadgets")]);
  const users = (await server.requests()).map(({ path, user }) => [path.split("/")[2], user]);
  expect(new Set(users.map((pair) => pair.join(" ")))).toEqual(
    new Set(["widgets.git x-access-token", "gadgets.git second"]),
  );
});
