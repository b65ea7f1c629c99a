import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readGit } from "../../support/git.ts";
import { openGitProxy } from "../../support/git-proxy.ts";
import { startGitServer } from "../../support/git-server.ts";

test("under a host rule that allows everything, git reads and writes with a credential it never sees", async () => {
  await using server = await startGitServer();
  await server.createRepository("acme/widgets");
  await using proxy = await openGitProxy({ server, rules: ["* https://git.example.test/**"] });
  const { client, folder } = proxy;
  const work = join(folder, "work");
  await readGit(["init", "--quiet", "--initial-branch=main", work], { cwd: folder });
  await readGit(["commit", "--quiet", "--allow-empty", "--message=one"], { cwd: work });
  const url = client.urlOf("acme/widgets");
  const pushed = await client.run(["push", url, "main"], { cwd: work });
  const cloned = await client.run(["clone", "--quiet", url, "clone"], { cwd: folder });
  expect([pushed.status, cloned.status]).toEqual([0, 0]);
  const head = await readGit(["rev-parse", "HEAD"], { cwd: work });
  expect(await server.refs("acme/widgets")).toEqual({ "refs/heads/main": head });
  expect(await readGit(["rev-parse", "HEAD"], { cwd: join(folder, "clone") })).toBe(head);
  const config = await readFile(join(folder, "clone/.git/config"), "utf8");
  expect(config + pushed.stderr + cloned.stderr).not.toContain(server.token);
  const requests = await server.requests();
  expect(new Set(requests.map(({ user }) => user))).toEqual(new Set(["x-access-token"]));
});

test("the server gives nothing to a client without the token", async () => {
  await using server = await startGitServer();
  await server.createRepository("acme/widgets");
  await using proxy = await openGitProxy({
    server,
    rules: ["* https://git.example.test/**"],
    credentials: [],
  });
  const { client, folder } = proxy;
  const listed = await client.run(["ls-remote", client.urlOf("acme/widgets")], { cwd: folder });
  expect(listed.status).not.toBe(0);
  expect((await server.requests()).map(({ status }) => status)).toContain(401);
});
