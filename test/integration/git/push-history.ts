import { writeBareRepository } from "../../support/bare-repository.ts";
import { readGit, readGitBytes } from "../../support/git.ts";

/** Commits, tags and blobs that pushes are about; see `writeHistory` for how they hang together. */
export type ObjectName = keyof typeof plan | "tag" | "tag3" | "blob";

/** Long enough that a change to it travels as a delta. */
const readme = Array.from({ length: 200 }, (_, line) => `line ${line} of the readme\n`).join("");

export interface History {
  /** A bare repository that holds all of them, with no ref to any */
  readonly folder: string;
  readonly ids: Readonly<Record<ObjectName, string>>;
  readonly format: "sha1" | "sha256";
  /** A bare repository that has these objects and what they reach, and nothing else; made once for each choice */
  readonly select: (ids: readonly string[]) => Promise<string>;
}

interface PlannedCommit {
  readonly parents: readonly string[];
  /** Commands of git-fast-import(1) that change the tree of the first parent */
  readonly changes: readonly string[];
}

const workflow = ".github/workflows/ci.yml";

function commit(parents: readonly string[], ...changes: readonly string[]): PlannedCommit {
  return { parents, changes };
}

function file(path: string, content: string, mode = "100644"): string {
  return `M ${mode} inline ${path}\ndata ${Buffer.byteLength(content)}\n${content}\n`;
}

/** A gitlink to a commit that need not exist. */
const gitlink = "M 160000 1234567890123456789012345678901234567890 .github/workflows\n";

/** Upstream's main is base ← main1 ← main2, its agent/x is main1 ← work1 ← work2. */
const plan = {
  base: commit([], file("README", readme), file("src/a.txt", "a\n"), file(workflow, "on:\n")),
  main1: commit(["base"], file("src/a.txt", "a\nb\n")),
  main2: commit(["main1"], file(workflow, "on: push\n")),
  work1: commit(["main1"], file("src/work.txt", "1\n")),
  work2: commit(["work1"], file("src/work.txt", "1\n2\n")),
  work3: commit(["work2"], file("src/work.txt", "1\n2\n3\n")),
  work4: commit(["work3"], file("src/work.txt", "1\n2\n3\n4\n")),
  readme3: commit(["work2"], file("README", `${readme}one more\n`)),
  /** work2 again, amended */
  amended: commit(["work1"], file("src/work.txt", "1\n2, amended\n")),
  /** work2 again on top of main, as a rebase makes it */
  rebased: commit(["main2"], file("src/work.txt", "1\n2\n")),
  unrelated: commit([], file("other.txt", "nothing in common\n")),
  /** Brings upstream's main, whose workflow changed, into the branch */
  mergeOfMain: commit(["work2", "main2"], file(workflow, "on: push\n")),
  mergeOfUnrelated: commit(["work2", "unrelated"], file("other.txt", "nothing in common\n")),
  /** Has work2 as its second parent only */
  mergeFromMain: commit(["main2", "work2"], file("src/work.txt", "1\n2\n")),
  workflow3: commit(["work2"], file(workflow, "on: evil\n")),
  workflowBack: commit(["workflow3"], file(workflow, "on:\n")),
  workflowSide: commit(["main1"], file(workflow, "on: side\n")),
  mergeOfWorkflow: commit(["work2", "workflowSide"], file(workflow, "on: side\n")),
  /** A merge whose own tree has what neither parent has */
  evilMerge: commit(["work2", "main2"], file(workflow, "on: evil merge\n")),
  workflowRename: commit(["work2"], "R src/a.txt .github/workflows/a.yml\n"),
  workflowDelete: commit(["work2"], `D ${workflow}\n`),
  workflowCase: commit(["work2"], file(".GitHub/Workflows/ci.yml", "on: evil\n")),
  workflowMode: commit(["work2"], file(workflow, "on:\n", "100755")),
  symlinkOver: commit(
    ["work2"],
    "D .github/workflows\n",
    file(".github/workflows", "../src", "120000"),
  ),
  /** Where nothing was before */
  docsLink: commit(["work2"], file("docs", "src", "120000")),
  docsModule: commit(["work2"], gitlink.replace(".github/workflows", "docs")),
  symlinkParent: commit(["work2"], "D .github\n", file(".github", "src", "120000")),
  submoduleOver: commit(["work2"], "D .github/workflows\n", gitlink),
  notes: commit([], file("1234", "a note\n")),
} satisfies Record<string, PlannedCommit>;

/** Writes all commits of the plan into a new bare repository. */
export async function writeHistory(
  folder: string,
  format: "sha1" | "sha256" = "sha1",
): Promise<History> {
  writeBareRepository(folder, { format, branch: "none" });
  const names = Object.keys(plan) as (keyof typeof plan)[];
  const marks = new Map<string, number>(names.map((name, index) => [name, index + 1]));
  const stream = names.map((name) => toStream(name, marks)).join("");
  const exported = names.map((name) => `get-mark :${marks.get(name) ?? 0}\n`).join("");
  const input =
    format === "sha1"
      ? stream
      : stream.replaceAll(/M 160000 (\w+)/g, `M 160000 $1${"0".repeat(24)}`);
  const printed = await readGit(["fast-import", "--quiet", "--force"], {
    cwd: folder,
    input: `${input}${exported}`,
  });
  const printedIds = printed.split("\n");
  const entries = names.map((name, index) => [name, printedIds[index] ?? ""] as const);
  const ids = Object.fromEntries(entries) as Record<keyof typeof plan, string>;
  const write = (args: readonly string[], text: string): Promise<string> =>
    readGit(args, { cwd: folder, input: text });
  const tag = await write(["mktag"], toTag(ids.work2, "v1"));
  const tag3 = await write(["mktag"], toTag(ids.work3, "v1"));
  const blob = await write(["hash-object", "-w", "--stdin"], "no commit\n");
  const selections = new Map<string, Promise<string>>();
  const select = (chosen: readonly string[]): Promise<string> => {
    const key = [...new Set(chosen)].toSorted().join("\n");
    const place = `${folder}-${selections.size}`;
    const made = selections.get(key) ?? writeSelection(folder, place, { format, ids: key });
    selections.set(key, made);
    return made;
  };
  return { folder, format, ids: { ...ids, tag, tag3, blob }, select };
}

async function writeSelection(
  from: string,
  place: string,
  { format, ids }: { readonly format: History["format"]; readonly ids: string },
): Promise<string> {
  writeBareRepository(place, { format, branch: "none" });
  if (ids === "") return place;
  const args = ["pack-objects", "--revs", "--stdout", "--quiet"];
  const input = await readGitBytes(args, { cwd: from, input: `${ids}\n` });
  await readGit(["unpack-objects", "-q"], { cwd: place, input });
  return place;
}

function toTag(object: string, name: string): string {
  const tagger = "Ada <ada@example.test> 1700000000 +0000";
  return `object ${object}\ntype commit\ntag ${name}\ntagger ${tagger}\n\n${name}\n`;
}

function toStream(name: keyof typeof plan, marks: ReadonlyMap<string, number>): string {
  const { parents, changes }: PlannedCommit = plan[name];
  const [first, ...others] = parents.map((parent) => `:${marks.get(parent) ?? 0}\n`);
  const person = `Ada <ada@example.test> ${1_700_000_000 + (marks.get(name) ?? 0)} +0000`;
  return [
    "reset refs/heads/import\n",
    `commit refs/heads/import\nmark :${marks.get(name) ?? 0}\n`,
    `author ${person}\ncommitter ${person}\ndata ${name.length}\n${name}\n`,
    first === undefined ? "" : `from ${first}`,
    ...others.map((other) => `merge ${other}`),
    ...changes,
    "\n",
  ].join("");
}
