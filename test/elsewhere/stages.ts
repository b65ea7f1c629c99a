/** Tests of one project, as one run. */
export interface Stage {
  readonly name: string;
  /** Of vitest */
  readonly project: "unit" | "integration" | "e2e";
  /** Which files of it; all of them where none is named, but those without */
  readonly files: readonly string[];
  readonly without: readonly string[];
  /** Whether they see another day: sandboxes have the time of the kernel, as the engine has */
  readonly hasClock: boolean;
}

/** Pages that are compared with what a user sees, and what prints dates, names, sizes and texts of other programs. */
const seen = [
  "demo",
  "git-docs",
  "readme",
  "users-view",
  "agent-history",
  "sandbox/hidden-files",
  "sandbox/images",
  "sandbox/kept-home",
  "sandbox/lifecycle",
  "sandbox/run",
  "sandbox/workspace-names",
  "sandbox/work-trees",
];

/** Tests of gh and git-lfs, which ask the kernel for the time: a session of another day has no certificate for them. */
const withGo = ["forge/gh", "lfs/git-lfs"].map((name) => `test/integration/${name}.test.ts`);

export const stages: readonly Stage[] = [
  { name: "unit", project: "unit", files: [], without: [], hasClock: true },
  { name: "integration", project: "integration", files: [], without: withGo, hasClock: true },
  { name: "go", project: "integration", files: withGo, without: [], hasClock: false },
  {
    name: "e2e",
    project: "e2e",
    files: seen.map((name) => `test/e2e/${name}.test.ts`),
    without: [],
    hasClock: false,
  },
];
