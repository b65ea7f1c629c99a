import { expect, test } from "vitest";
import { toListLines } from "../../../../src/cli/audit/list-audits.ts";

const log = { session: "3f9a00000000", path: "/x", size: 2048, writtenAt: "2026-01-01T10:00:00Z" };

test("past sessions are a line each; what a log doesn't say is a dash", () => {
  const lines = toListLines([
    { ...log, running: true, startedAt: "2026-01-01T09:00:00.000Z", command: ["claude"] },
    {
      ...log,
      running: false,
      startedAt: "2026-01-01T09:00:00.000Z",
      endedAt: "2026-01-01T10:30:01.500Z",
      command: ["sh", "-c", "echo \u001b[31m"],
      status: 137,
      requests: 12,
      refused: 3,
    },
    { ...log, running: false },
  ]);
  expect(lines).toEqual([
    "SESSION       STARTED (UTC)     TOOK   STATUS   REQUESTS  REFUSED  COMMAND",
    "3f9a00000000  2026-01-01 09:00  -      running  -         -        claude",
    "3f9a00000000  2026-01-01 09:00  1h30m  137      12        3        sh -c echo \\x1b[31m",
    "3f9a00000000  2026-01-01 10:00  -      -        -         -        not started",
  ]);
});
