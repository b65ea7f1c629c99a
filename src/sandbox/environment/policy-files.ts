import { posix } from "node:path";
import type { BindMount } from "../../engine/engine.ts";
import { contains } from "../../base/fs/path-steps.ts";
import { toPrintable } from "../../base/printable.ts";
import { sandboxHome } from "../sandbox-places.ts";

/** What of the sandbox's files the agent is told of, beside what is hidden. */
export interface ToldFiles {
  /** In the sandbox */
  readonly workspace: string;
  /** The workspace, what is mounted over it, and mounts of the user's */
  readonly binds: readonly BindMount[];
  /** Name of a home that is kept; undefined for a new one */
  readonly home: string | undefined;
  /** Whether conversations outlive the session, where the home doesn't */
  readonly keepsHistory: boolean;
}

/** More than these aren't read */
const maxNamed = 12;

/** What can be changed, what stays, and what the user can do about it. */
export function toFileSections(files: ToldFiles, hidden: readonly string[]): readonly string[] {
  return [
    "## Files",
    [
      "- The workspace is the user's own folder: what you change in it stays, and the user sees it.",
      ...readOnlyLines(files, hidden),
      ...keptLines(files),
    ].join("\n"),
    "## How to get more",
    "Only the user can change this, outside, and it counts from the next run on. Say which of these you need, and why:",
    [
      "- a host or request that was refused: `vaultbox run --allow …`, as the refusal says",
      "- a hidden file: `vaultbox run --show PATH …`",
      "- another file or folder of the machine, read-only: `vaultbox run --mount SRC:DST …`",
      "- a home with its caches that stays: `vaultbox run --home NAME …`",
      "- a program that the image lacks: `vaultbox run --package NAME …` (`--npm-package` for one of npm)",
      "- the same for all later runs: hosts, `hide`, `home` and `image` in `vaultbox.yaml`, which counts once the user runs " +
        "`vaultbox trust`",
    ].join("\n"),
  ];
}

function readOnlyLines(
  { workspace, binds }: ToldFiles,
  hidden: readonly string[],
): readonly string[] {
  const isHidden = new Set(hidden.map((path) => posix.resolve(workspace, path)));
  const targets = binds.flatMap(({ target, readOnly }) =>
    readOnly && !isHidden.has(target) ? target : [],
  );
  const inside = targets.filter((target) => contains(workspace, target));
  const isOfGit = (path: string): boolean => path.split("/").includes(".git");
  const others = inside
    .filter((path) => !isOfGit(path))
    .map((path) => posix.relative(workspace, path));
  const git = inside.some(isOfGit) ? ["git's settings and hooks (use `git -c KEY=VALUE`)"] : [];
  const named = [...git, ...toNames(others)];
  const mounted = targets.filter((target) => !contains(workspace, target));
  return [
    ...(named.length === 0
      ? []
      : [
          "- Read-only, because programs of the user's machine run it or go by it (`Read-only file system`, " +
            `\`Device or resource busy\`): ${named.join(", ")}.`,
        ]),
    ...(mounted.length === 0
      ? []
      : [`- Of the user's, read-only: ${toNames(mounted).join(", ")}.`]),
  ];
}

function keptLines({ home, keepsHistory }: ToldFiles): readonly string[] {
  if (home !== undefined) {
    return [
      `- The home (${sandboxHome}) with its caches is kept for later runs, as ${toCodeSpan(home)}; /tmp isn't.`,
    ];
  }
  const but = keepsHistory
    ? " Your conversations are kept, so that the user can go on with one."
    : "";
  return [
    `- The home (${sandboxHome}), its caches and settings, and /tmp are new in each run and gone after it.${but}`,
  ];
}

function toNames(paths: readonly string[]): readonly string[] {
  const named = paths.slice(0, maxNamed).map(toCodeSpan);
  const more = paths.length - maxNamed;
  return more > 0 ? [...named, `${more} more`] : named;
}

/** A text as code in a document for agents. An earlier sandbox may have chosen it: no backtick ends what is only a name. */
export function toCodeSpan(text: string): string {
  return `\`${toPrintable(text).replaceAll("`", String.raw`\x60`)}\``;
}
