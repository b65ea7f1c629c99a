import { agentFiles } from "./agents.ts";
import { buildFiles } from "./builds.ts";
import { ciFiles } from "./ci.ts";
import { editorFiles } from "./editors.ts";
import { environmentFiles } from "./environments.ts";
import { gitFolderFiles } from "./git-folders.ts";
import type { HostExecutableRow } from "./row.ts";
import { infrastructureFiles } from "./infrastructure.ts";
import { javascriptFiles } from "./javascript.ts";
import { jvmFiles } from "./jvm.ts";
import { languageServerFiles } from "./language-servers.ts";
import { languageFiles } from "./languages.ts";
import { lockFiles } from "./lock-files.ts";
import { pythonFiles } from "./python.ts";
import { shellFiles } from "./shells.ts";
import { versionControlFiles } from "./version-control.ts";

/** Every row; which of two that match a path counts, `host-executable-table.ts` says. */
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
