import { join } from "node:path";
import { expect, test } from "vitest";
import { readGit } from "../../support/git.ts";
import { serverRule, openGitProxy } from "../../support/git-proxy.ts";
import { startGitServer } from "../../support/git-server.ts";

const zero = "0".repeat(40);

test("the audit says of a push which refs it was about, what was refused of it and why, and what the host asked for it", async () => {
  await using server = await startGitServer();
  await server.createRepository("acme/widgets");
  await using proxy = await openGitProxy({ server, git: [serverRule("acme/widgets", {})] });
  const { client, folder } = proxy;
  const cwd = join(folder, "work");
  await readGit(["init", "--quiet", "--initial-branch=main", cwd], { cwd: folder });
  await readGit(["commit", "--quiet", "--allow-empty", "--message=one"], { cwd });
  const one = await readGit(["rev-parse", "HEAD"], { cwd });
  const url = client.urlOf("acme/widgets");
  await client.run(["push", url, "HEAD:refs/heads/agent/x"], { cwd });
  await readGit(["commit", "--quiet", "--allow-empty", "--message=two"], { cwd });
  const two = await readGit(["rev-parse", "HEAD"], { cwd });
  await client.run(["push", url, "HEAD:refs/heads/agent/x", "HEAD:refs/heads/main"], { cwd });
  const events = proxy.proxy.events;
  const pushes = events.filter(
    (event) => event.type === "request.decision" && event.path.endsWith("/git-receive-pack"),
  );
  expect(pushes).toMatchObject([
    {
      verdict: "allow",
      repository: "acme/widgets",
      rule: "--git",
      credential: "test/git",
      updates: [{ ref: "refs/heads/agent/x", from: zero, to: one }],
    },
    {
      verdict: "allow",
      updates: [
        { ref: "refs/heads/agent/x", from: one, to: two },
        {
          ref: "refs/heads/main",
          from: zero,
          to: two,
          refused: "not one of the refs that may be pushed",
        },
      ],
    },
  ]);
  const asked = events.filter(
    (event) => event.type === "request.decision" && event.check === "push",
  );
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.every((event) => "repository" in event && event.repository === "acme/widgets")).toBe(
    true,
  );
  expect(JSON.stringify(events)).not.toContain(server.token);
});
