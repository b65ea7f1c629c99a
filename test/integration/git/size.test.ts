import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startProxiedGit } from "../../bench/git/proxied-git.ts";
import { createSources, transfer } from "../../bench/git/transfers.ts";
import { startGitServer } from "../../support/git-server.ts";

/** What the proxy may hold beyond what it held before the first request, MB; far less than a pack. */
const maxGrowthMegabytes = 130;

test(
  "2,000 commits and a pack of 150 MB are cloned, fetched and pushed as they are, and never held in memory",
  { timeout: 120_000 },
  async () => {
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), "vbx-git-size-"));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const server = stack.use(await startGitServer());
    await createSources(server, { commits: 2000, megabytes: 150 });
    const proxied = stack.use(
      await startProxiedGit(server, folder, {
        repositories: ["acme/*"],
        maxPackBytes: 1e9,
        denyPaths: [],
      }),
    );
    const before = proxied.peakMegabytes();
    const { client } = proxied;
    const took = await transfer({ server, client, folder: join(folder, "work"), label: "size" });
    expect(Object.keys(took)).toHaveLength(7);
    expect(proxied.peakMegabytes() - before).toBeLessThan(maxGrowthMegabytes);
  },
);
