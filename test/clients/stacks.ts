import { browserStacks } from "./browsers.ts";
import { fetchers } from "./fetchers.ts";
import { goStacks } from "./go.ts";
import { javaStacks } from "./java.ts";
import { nodeStacks } from "./javascript.ts";
import { nativeStacks } from "./native.ts";
import { packageManagers } from "./package-managers.ts";
import { perlStacks } from "./perls.ts";
import { phpStacks } from "./phps.ts";
import { pythonStacks } from "./python.ts";
import { rubyStacks } from "./rubies.ts";
import { runtimeStacks } from "./runtimes.ts";
import { sdkStacks } from "./sdks.ts";
import { sourceTools } from "./source-tools.ts";
import type { Stack } from "./stack.ts";

/** Clients by the image and the sandbox that they share. */
export const groups: readonly (readonly Stack[])[] = [
  fetchers,
  sourceTools,
  packageManagers,
  pythonStacks,
  nodeStacks,
  sdkStacks,
  rubyStacks,
  [...perlStacks, ...phpStacks],
  goStacks,
  javaStacks,
  nativeStacks,
  runtimeStacks,
  browserStacks,
];

/** Every client of docs/clients.md, in its order. */
export const stacks: readonly Stack[] = groups.flat();
