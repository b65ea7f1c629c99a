import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { readAudit } from "../../../src/audit/read-audit.ts";
import { verifyAudit } from "../../../src/audit/verify-audit.ts";
import { recordScore } from "../../support/scoreboard.ts";

const writer = resolve(import.meta.dirname, "audit-writer.ts");

async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-audit-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts a writer, kills it after a while and returns the number it acknowledged last. */
async function killedWriter(folder: string, mode: string, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [writer, folder, mode], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  await once(child.stdout, "data");
  await sleep(afterMs);
  child.kill("SIGKILL");
  await once(child, "close");
  // The last line may be half a number
  return Number(text.slice(0, text.lastIndexOf("\n")).split("\n").at(-1));
}

test("after kill -9 every acknowledged decision is in a log that verifies [row 35]", async () => {
  const attempts = 12;
  let kept = 0;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const folder = await createFolder();
    const path = join(folder, "audit.jsonl");
    const acknowledged = await killedWriter(folder, "killed", attempt * 7);
    const result = await verifyAudit(path);
    const requests = new Set<number>();
    for await (const record of readAudit(path)) {
      if (record.type === "request.decision") requests.add(record.request);
    }
    const isWhole = Array.from({ length: acknowledged }, (_, index) => requests.has(index + 1));
    if (result.status !== "damaged" && isWhole.every(Boolean)) kept += 1;
  }
  const folder = await createFolder();
  const promised = await killedWriter(folder, "careless", 30);
  const written = (await readFile(join(folder, "audit.jsonl"), "utf8").catch(() => "")).split("\n");
  recordScore({
    row: 35,
    test: "kill -9 of a process that writes the audit log",
    attempts,
    blocked: kept,
    controlSucceeded: promised > written.length - 1 ? 1 : 0,
  });
  expect(kept).toBe(attempts);
  expect(promised).toBeGreaterThan(written.length - 1);
});

test("a full disk makes decisions reject, also once there is room again [rows 35 and 38]", async () => {
  const folder = await createFolder();
  // A mount namespace of its own: the tiny file system is gone with the process
  const asRoot = process.getuid?.() === 0 ? [] : ["--map-root-user"];
  const script = 'mount -t tmpfs -o size=256k vaultbox-test "$1" && exec "$2" "$3" "$1" full';
  const { stdout } = await promisify(execFile)("unshare", [
    ...asRoot,
    "--mount",
    "sh",
    "-c",
    script,
    "sh",
    folder,
    process.execPath,
    writer,
  ]);
  const result = JSON.parse(stdout) as Record<string, number>;
  expect(result).toMatchObject({
    code: "VBX_AUDIT_UNWRITABLE",
    laterRejected: 3,
    endsWhole: true,
    lines: result["recorded"],
  });
  expect(result["recorded"]).toBeGreaterThan(100);
  recordScore({
    row: 38,
    test: "decisions while the audit log's disk is full",
    attempts: 1 + (result["later"] ?? 0),
    blocked: Number(result["code"] !== undefined) + (result["laterRejected"] ?? 0),
    controlSucceeded: result["careless"] ?? 0,
  });
});
