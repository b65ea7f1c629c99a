import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { readGit, gitEnvironment } from "../../support/git.ts";
import { type GitProxy, serverRule, openGitProxy } from "../../support/git-proxy.ts";
import { startGitServer } from "../../support/git-server.ts";

const megabytes = 40;

/** Names below the host's folder of packs that are being looked at. */
async function listIncoming({ folder }: GitProxy): Promise<readonly string[]> {
  try {
    return await readdir(join(folder, "state/git/incoming"));
  } catch {
    // Made with the first pack
    return [];
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 15_000;
  while (!(await isSo())) {
    if (Date.now() > giveUpAt) throw new Error("it didn't come to that");
    await sleep(10);
  }
}

test("a client that dies in the middle of a push leaves nothing on the host, nothing upstream, and the next push is done", async () => {
  await using server = await startGitServer();
  await server.createRepository("acme/widgets");
  await using proxy = await openGitProxy({ server, git: [serverRule("acme/widgets", {})] });
  const { client, folder } = proxy;
  const cwd = join(folder, "work");
  await readGit(["init", "--quiet", "--initial-branch=main", cwd], { cwd: folder });
  // It's about the proxy, not about zlib
  await readGit(["config", "core.compression", "0"], { cwd });
  await readGit(["commit", "--quiet", "--allow-empty", "--message=one"], { cwd });
  const url = client.urlOf("acme/widgets");
  const push = ["push", "--quiet", url, "HEAD:refs/heads/agent/x"];
  await client.run(push, { cwd });
  const before = await server.refs("acme/widgets");
  await writeFile(join(cwd, "noise"), randomBytes(megabytes * 1_000_000));
  await readGit(["add", "noise"], { cwd });
  await readGit(["commit", "--quiet", "--message=noise"], { cwd });
  const child = spawn("git", push, {
    cwd,
    stdio: "ignore",
    // A group of its own: git's helpers are to die with it
    detached: true,
    env: {
      ...gitEnvironment,
      HTTPS_PROXY: `http://127.0.0.1:${client.port}`,
      GIT_SSL_CAINFO: join(folder, "session-ca.pem"),
    },
  });
  const ended = once(child, "exit");
  await until(async () => (await listIncoming(proxy)).length > 0);
  process.kill(-(child.pid ?? 0), "SIGKILL");
  await ended;
  await until(async () => (await listIncoming(proxy)).length === 0);
  expect(await server.refs("acme/widgets")).toEqual(before);
  const again = await client.run(push, { cwd });
  expect(again.stderr).toBe("");
  const head = await readGit(["rev-parse", "HEAD"], { cwd });
  expect(await server.refs("acme/widgets")).toEqual({ "refs/heads/agent/x": head });
  await until(async () => (await listIncoming(proxy)).length === 0);
  const outcomes = proxy.proxy.events.flatMap((event) =>
    event.type === "request.outcome" ? [event.outcome] : [],
  );
  expect(outcomes).toContain("client-aborted");
});
