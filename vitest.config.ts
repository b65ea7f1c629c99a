import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/engine/longest-first.ts";

export default defineConfig({
  test: {
    dangerouslyIgnoreUnhandledErrors: false,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts", "test/unit/**/*.test.tsx"],
          // Files share what they load, which is half of their time; each cleans up what it changes
          isolate: false,
          maxWorkers: 2,
          // Far more than any takes: the machines are noisy
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          isolate: false,
          // Most of them wait for another program: two leave a third of two cores idle
          maxWorkers: 3,
          testTimeout: 60_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 180_000,
          // They wait for containers half of the time
          maxWorkers: 3,
        },
      },
      {
        test: {
          name: "podman",
          // What a sandbox is and what agents do in it, once more on the other engine
          include: [
            "test/e2e/sandbox/isolation.test.ts",
            "test/e2e/sandbox/posture.test.ts",
            "test/e2e/agents.test.ts",
          ],
          testTimeout: 300_000,
          hookTimeout: 180_000,
          // It runs beside the other engine's
          maxWorkers: 1,
        },
      },
    ],
  },
});
