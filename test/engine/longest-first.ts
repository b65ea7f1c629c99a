import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longest, longest first: begun last, one of them would keep one worker while the others have nothing. */
const longFiles = [
  "test/integration/vault/crash.test.ts",
  "test/integration/workspace/bounded-end.test.ts",
  "test/integration/git/push-refs.test.ts",
  "test/integration/push-cache/history.property.test.ts",
  "test/e2e/sandbox/workspace-plants.test.ts",
  "test/e2e/agents.test.ts",
  "test/e2e/sandbox/agent-images.test.ts",
  "test/e2e/sandbox/work-trees.test.ts",
  "test/e2e/sandbox/everyday-git.test.ts",
  "test/e2e/canary.test.ts",
  "test/e2e/packed.test.ts",
  "test/e2e/browser-trust.test.ts",
];

/** Vitest's own order goes by what it remembers of the last run, which a fresh clone doesn't have. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rankOf(a.moduleId) - rankOf(b.moduleId));
  }
}

function rankOf(path: string): number {
  const rank = longFiles.findIndex((file) => path.endsWith(file));
  return rank === -1 ? longFiles.length : rank;
}
