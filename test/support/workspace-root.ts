import type { Folder } from "../../src/base/fs/beneath.ts";
import { parseHideRules } from "../../src/workspace/hide/hide-rules.ts";
import type { OpenRoot } from "../../src/workspace/roots/mounted-root.ts";
import type { ScannedRoot } from "../../src/workspace/roots/scan-root.ts";
import type { Scan } from "../../src/workspace/scan/scan.ts";

/** A workspace that is all of what is mounted. */
export function toWorkspaceRoot(path: string, folder: Folder): OpenRoot {
  const apart = new Set<string>();
  return {
    kind: "workspace",
    source: path,
    target: path,
    writable: true,
    folder,
    apart,
    emptied: [],
  };
}

/** The same as a start found it, with what is hidden by default. */
export function toLooked(root: OpenRoot, scan: Scan, hides = true): readonly ScannedRoot[] {
  return [{ root, scan, rules: hides ? parseHideRules(["default"]) : undefined }];
}
