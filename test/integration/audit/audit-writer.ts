// A process that writes an audit log until it is killed or the disk is full, for tests: FOLDER MODE.
// Every decision that was promised to be recorded is acknowledged on stdout by its number.
import { appendFile, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { openAuditLog } from "../../../src/audit/audit-log.ts";
import { decisionOf, fixtureSession, outcomeOf } from "../../support/audit-fixture.ts";

const [folder = "", mode = ""] = process.argv.slice(2);
const path = join(folder, "audit.jsonl");

function acknowledge(request: number): void {
  writeSync(1, `${request}\n`);
}

/** Writes as fast as it can; the parent kills it. */
async function writeUntilKilled(): Promise<void> {
  const log = await openAuditLog(path, { session: fixtureSession });
  for (let request = 1; ; request += 1) {
    await log.decision(decisionOf(request));
    acknowledge(request);
    log.outcome(outcomeOf(request));
  }
}

/** What many loggers do: say yes first and write a little later. */
async function writeCarelessly(): Promise<void> {
  for (let request = 1; ; request += 1) {
    const line = `${JSON.stringify(decisionOf(request))}\n`;
    setTimeout(() => appendFile(path, line, () => undefined), 20);
    acknowledge(request);
    await turn();
  }
}

/** Fills the disk through the log, frees it again, and tells what the log then does. */
async function writeUntilFull(): Promise<void> {
  const log = await openAuditLog(path, { session: fixtureSession });
  const ballast = join(folder, "ballast");
  writeFileSync(ballast, Buffer.alloc(32 * 1024));
  let recorded = 0;
  let code = "";
  while (code === "" && recorded < 100_000) {
    try {
      await log.decision(decisionOf(recorded + 1));
      recorded += 1;
    } catch (error) {
      code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    }
  }
  rmSync(ballast);
  log.outcome(outcomeOf(1));
  const later = await Promise.allSettled(
    [1, 2, 3].map(async (request) => log.decision(decisionOf(request))),
  );
  await log.close().catch(() => undefined);
  const text = readFileSync(path, "latin1");
  const lines = text.split("\n").length - 1;
  const careless = await writeWithoutLooking();
  const laterRejected = later.filter(({ status }) => status === "rejected").length;
  const result = {
    recorded,
    code,
    lines,
    endsWhole: text.endsWith("\n"),
    later: later.length,
    laterRejected,
    careless,
  };
  writeSync(1, JSON.stringify(result));
}

/** The control: a logger that ignores errors goes on as if nothing had happened. */
async function writeWithoutLooking(): Promise<number> {
  let accepted = 0;
  for (let request = 1; request <= 3; request += 1) {
    const text = Buffer.alloc(1024 * 1024);
    await new Promise<void>((resolve) =>
      appendFile(join(folder, "careless"), text, () => resolve()),
    );
    accepted += 1;
  }
  return accepted;
}

if (mode === "killed") await writeUntilKilled();
else if (mode === "careless") await writeCarelessly();
else await writeUntilFull();
