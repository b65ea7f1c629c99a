import { mkdtempDisposable, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../support/run-cli.ts";

const demoTimeoutMs = 900_000;

test(
  "the demo shows with a real agent that every claim holds, and leaves nothing behind",
  { timeout: demoTimeoutMs },
  async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "vaultbox-test-demo-"));
    const result = await runCli(["demo", "--yes", "--json"], {
      timeoutMs: demoTimeoutMs,
      env: { VAULTBOX_BASE: process.env["VAULTBOX_BASE"], TMPDIR: folder.path },
    });
    const { claims } = JSON.parse(result.stdout) as {
      claims: readonly { claim: string; held: boolean; evidence: string }[];
    };
    expect(claims.length).toBeGreaterThanOrEqual(7);
    expect(claims.filter(({ held }) => !held)).toEqual([]);
    expect(result.status).toBe(0);
    expect(await readdir(folder.path)).toEqual([]);
  },
);
