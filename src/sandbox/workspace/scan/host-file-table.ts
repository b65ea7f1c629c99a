import { toCompiledKind } from "./compiled-mark.ts";
import { compiledFiles } from "./host-files/compiled.ts";
import { gitFolderFiles } from "./host-files/git-folders.ts";
import { hostFileRows } from "./host-files/host-files.ts";
import { createMarkTable } from "./mark-table.ts";

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
