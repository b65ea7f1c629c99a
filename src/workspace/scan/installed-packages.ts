import type { Names } from "../../base/fs/beneath.ts";
// Installed packages, of which there are more files than of all the rest, and which nobody edits: `node_modules`, apart
// from the programs in its `.bin`, and Python's `lib/…/site-packages`; of what is mounted beside the workspace also where
// package managers keep what they downloaded.

const packageCaches =
  /(?:^|\/)(?:node_modules|site-packages|go\/pkg\/mod|\.cargo\/(?:registry|git)|\.rustup\/toolchains|\.m2\/repository|\.gradle\/(?:caches|wrapper)|\.ivy2\/cache|\.nuget\/packages|\.npm\/_cacache|pnpm\/store|\.yarn\/berry|\.pub-cache|\.cache\/(?:pip|uv|go-build|yarn|pypoetry|ccache|sccache|bazel))(?:\/|$)/;

/** Whether a mounted folder is one of installed or downloaded packages, or lies in one. @param path absolute */
export function isPackageCache(path: string): boolean {
  return packageCaches.test(path);
}

/** Whether a folder is an installed package, among which only special files are looked for. */
export function leadsToPackages(names: Names, name: string): boolean {
  if (names.at(-1) === "node_modules") return name !== ".bin";
  return name === "site-packages" && names.some((one) => /^lib(?:64)?$/i.test(one));
}

/** Whether of a folder that was walked into all the same only its repositories count, and what is started there. */
export function isAmongPackages(names: Names): boolean {
  return names.some(
    (name, index) =>
      (name === "node_modules" && names[index + 1] !== ".bin") || name === "site-packages",
  );
}

/** Whether a file of packages is found by its name alone, and started: by npm's scripts, and by each Python (site). */
export function isStarted(folder: readonly string[], name: string): boolean {
  if (folder.at(-1) === ".bin") return folder.at(-2) === "node_modules";
  if (folder.at(-1) !== "site-packages") return false;
  return /(?:\.pth|^(?:site|user)customize\.py)$/i.test(name);
}

/** Whether there may be things in a folder that a walk which leaves packages out didn't see. */
export function isNearPackages(names: Names): boolean {
  return names.includes("node_modules") || names.includes("site-packages");
}

/** Whether a folder is what build tools keep beside the packages. */
export function isBuildCache(names: Names): boolean {
  const name = names[names.lastIndexOf("node_modules") + 1];
  return name === ".cache" || name === ".vite";
}
