/** Tests of one project, as one run. */
export interface Stage {
  readonly name: string;
  /** Of vitest */
  readonly project: "unit" | "integration" | "e2e";
  /** Which files of it; all of them where none is named */
  readonly files: readonly string[];
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

export const stages: readonly Stage[] = [
  { name: "unit", project: "unit", files: [], hasClock: true },
  { name: "integration", project: "integration", files: [], hasClock: true },
  {
    name: "e2e",
    project: "e2e",
    files: seen.map((name) => `test/e2e/${name}.test.ts`),
    hasClock: false,
  },
];
