import { createExecutableTable } from "../executable-table.ts";
import { toCompiledKind } from "../compiled-executable.ts";
import { compiledFiles } from "./compiled.ts";
import { agentFiles } from "./agents.ts";
import { buildFiles } from "./builds.ts";
import { ciFiles } from "./ci.ts";
import { editorFiles } from "./editors.ts";
import { environmentFiles } from "./environments.ts";
import { gitFolderFiles } from "./git-folders.ts";
import type { HostExecutableRow } from "./parse-rows.ts";
import { infrastructureFiles } from "./infrastructure.ts";
import { javascriptFiles } from "./javascript.ts";
import { jvmFiles } from "./jvm.ts";
import { languageServerFiles } from "./language-servers.ts";
import { languageFiles } from "./languages.ts";
import { lockFiles } from "./lock-files.ts";
import { pythonFiles } from "./python.ts";
import { shellFiles } from "./shells.ts";
import { versionControlFiles } from "./version-control.ts";

/** Every row; which of two that match a path counts, `executable-table.ts` says. */
export const hostExecutableKinds: readonly HostExecutableRow[] = [
  ...versionControlFiles,
  ...gitFolderFiles,
  ...editorFiles,
  ...languageServerFiles,
  ...environmentFiles,
  ...shellFiles,
  ...agentFiles,
  ...buildFiles,
  ...javascriptFiles,
  ...pythonFiles,
  ...lockFiles,
  ...jvmFiles,
  ...languageFiles,
  ...infrastructureFiles,
  ...ciFiles,
];

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
