// A session process whose event loop has no turn: node blocked-process.ts HOW BLOCK_MS LIMIT_MS BUSY_MS wake|none ENOUGH.
// It computes or waits, as HOW says, for so long or until a file ENOUGH is there.
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openWatchdog } from "../../../src/session/watchdog/watchdog.ts";

const [how, block, limit, busy, wake, enough = ""] = process.argv.slice(2);
using watchdog = openWatchdog({ busyMs: Number(busy) });
watchdog.watch({ container: "box", limitMs: Number(limit) === 0 ? undefined : Number(limit) });
if (wake === "wake") watchdog.wake();
const nobody = new Int32Array(new SharedArrayBuffer(4));
const end = performance.now() + Number(block);
while (performance.now() < end && !existsSync(enough)) {
  if (how === "waits") Atomics.wait(nobody, 0, 0, 20);
}
await sleep(0);
process.stdout.write(String(watchdog.verdict()));
