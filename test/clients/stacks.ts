import { nodeStacks } from "./javascript.ts";
import { languageStacks } from "./languages.ts";
import { pythonStacks } from "./python.ts";
import type { Stack } from "./stack.ts";
import { toolStacks } from "./tools.ts";

/** Every client of docs/clients.md, in its order. */
export const stacks: readonly Stack[] = [
  ...toolStacks,
  ...pythonStacks,
  ...nodeStacks,
  ...languageStacks,
];
