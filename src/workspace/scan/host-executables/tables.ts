import { createExecutableTable } from "../executable-table.ts";
import { toCompiledKind } from "../compiled-executable.ts";
import { agentFiles } from "./agents.ts";
import { buildFiles } from "./builds.ts";
import { ciFiles } from "./ci.ts";
import { compiledFiles } from "./compiled.ts";
import { editorFiles } from "./editors.ts";
import { environmentFiles } from "./environments.ts";
import { infrastructureFiles } from "./infrastructure.ts";
import { javascriptFiles } from "./javascript.ts";
import { jvmFiles } from "./jvm.ts";
import { languageFiles } from "./languages.ts";
import { parseHostExecutables } from "./parse-rows.ts";
import { pythonFiles } from "./python.ts";
import { shellFiles } from "./shells.ts";
import { versionControlFiles } from "./version-control.ts";

/** Every row; which of two that match a path counts, `executable-table.ts` says. */
export const hostExecutableKinds = [
  versionControlFiles,
  editorFiles,
  environmentFiles,
  shellFiles,
  agentFiles,
  buildFiles,
  javascriptFiles,
  pythonFiles,
  jvmFiles,
  languageFiles,
  infrastructureFiles,
  ciFiles,
].flatMap((table) => parseHostExecutables(table));
export const compiledKinds = parseHostExecutables(compiledFiles);

/** The table of all rows; loaded when a scan begins, as nothing else needs thousands of names. */
export const hostExecutableTable = createExecutableTable(
  hostExecutableKinds,
  compiledKinds.map((row) => ({ ...row, kind: toCompiledKind(row.kind) })),
);

/** The rows of what lies in git's own folder. */
export const gitFolderTable = createExecutableTable(
  hostExecutableKinds.flatMap((row) => {
    const own = row.patterns.split(" ").filter((pattern) => pattern.startsWith(".git/"));
    return own.length === 0 ? [] : { ...row, patterns: own.join(" ") };
  }),
);
