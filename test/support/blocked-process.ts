// A session process whose event loop has no turn: node blocked-process.ts BLOCK_MS LIMIT_MS BUSY_MS wake|none.
import { setTimeout as sleep } from "node:timers/promises";
import { openWatchdog } from "../../src/sandbox/watchdog/watchdog.ts";

const [blockMs = 0, limitMs = 0, busyMs = 0] = process.argv.slice(2, 5).map(Number);
using watchdog = openWatchdog({ busyMs });
watchdog.watch({ container: "box", limitMs: limitMs === 0 ? undefined : limitMs });
if (process.argv[5] === "wake") watchdog.wake();
const end = performance.now() + blockMs;
while (performance.now() < end);
await sleep(0);
process.stdout.write(String(watchdog.verdict()));
