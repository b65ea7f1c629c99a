import { toCompiledKind } from "./compiled-executable.ts";
import { compiledFiles } from "./host-executables/compiled.ts";
import { gitFolderFiles } from "./host-executables/git-folders.ts";
import { hostExecutableKinds } from "./host-executables/rows.ts";
import { createExecutableTable } from "./host-executable-table.ts";

/** The table of all rows; loaded when a scan begins, as nothing else needs thousands of names. */
export const hostExecutableTable = createExecutableTable(
  hostExecutableKinds,
  compiledFiles.map((row) => ({ ...row, kind: toCompiledKind(row.kind) })),
);

/** The rows of what lies in git's own folder. */
export const gitFolderTable = createExecutableTable(
  gitFolderFiles.map((row) => ({
    ...row,
    patterns: row.patterns
      .split(" ")
      .filter((pattern) => pattern.startsWith(".git/"))
      .join(" "),
  })),
);
