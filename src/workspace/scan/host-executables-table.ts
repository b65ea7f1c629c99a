import { toCompiledKind } from "./compiled-executable.ts";
import { compiledFiles } from "./host-executables/compiled.ts";
import { gitFolderFiles } from "./host-executables/git-folders.ts";
import { hostFileRows } from "./host-executables/all.ts";
import { createMarkTable } from "./host-executable-table.ts";

/** The table of all rows; loaded when a scan begins, as nothing else needs thousands of names. */
export const hostFileTable = createMarkTable(
  hostFileRows,
  compiledFiles.map((row) => ({ ...row, kind: toCompiledKind(row.kind) })),
);

/** The rows of what lies in git's own folder. */
export const gitFolderTable = createMarkTable(
  gitFolderFiles.map((row) => ({
    ...row,
    patterns: row.patterns
      .split(" ")
      .filter((pattern) => pattern.startsWith(".git/"))
      .join(" "),
  })),
);
