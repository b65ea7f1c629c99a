import { resolve } from "node:path";

/** Folder of the package, with `package.json`: one above the sources, and one above the bundle. */
export const packageFolder = resolve(import.meta.dirname, "..");
