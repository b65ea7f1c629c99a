import { findPackageJSON } from "node:module";
import { dirname } from "node:path";

/** Folder of the package, with `package.json`: above the sources, and above the bundle. */
export const packageFolder = dirname(String(findPackageJSON(".", import.meta.url)));
