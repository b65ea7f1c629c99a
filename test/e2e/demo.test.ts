import { mkdtempDisposable, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { cliEnvironment, cliPath, runCli } from "../support/run-cli.ts";

const demoTimeoutMs = 900_000;

async function demoFolders(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith("vaultbox-demo-"));
}

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
    expect(await demoFolders(folder.path)).toEqual([]);
  },
);

test("a demo that is ended in its middle cleans up too", { timeout: demoTimeoutMs }, async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "vaultbox-test-demo-"));
  const env = cliEnvironment(folder.path, { TMPDIR: folder.path });
  const child = spawn(process.execPath, [cliPath, "demo", "--yes"], {
    env: { ...env, VAULTBOX_BASE: process.env["VAULTBOX_BASE"] },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stderr.resume();
  let transcript = "";
  for await (const chunk of child.stdout.setEncoding("utf8") as AsyncIterable<string>) {
    const wasRunning = transcript.includes("$ vaultbox run");
    transcript += chunk;
    if (!wasRunning && transcript.includes("$ vaultbox run")) child.kill("SIGTERM");
  }
  if (child.exitCode === null) await once(child, "exit");
  expect(child.exitCode).toBe(1);
  expect(transcript).not.toContain("claim");
  expect(await demoFolders(folder.path)).toEqual([]);
});
