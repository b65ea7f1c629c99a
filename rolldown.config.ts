import { defineConfig } from "rolldown";

// One file for what every command loads, and one for each part that only some load: opening, resolving and compiling 400
// modules one by one took a third of a start. Base files, which nearly all parts share, are in one file too; what every
// start needs of them, `--version` as well, is apart. Packages stay outside; names stay readable in stack traces.
const shared = {
  platform: "node",
  external: (id: string) => !id.startsWith(".") && !id.startsWith("/"),
} as const;

// V8 keeps a text with one character beyond Latin-1 at two bytes each, and it keeps the texts of all that is loaded
const plain = { charset: "ascii", comments: { jsdoc: false } } as const;

export default defineConfig([
  {
    ...shared,
    input: { main: "src/cli/main.ts" },
    output: {
      dir: "dist.new",
      ...plain,
      entryFileNames: "[name].js",
      chunkFileNames: "[name]-[hash].js",
      codeSplitting: {
        groups: [
          { name: "start", tags: ["$initial"] },
          { name: "base", test: /\/src\/base\// },
        ],
      },
    },
  },
  {
    ...shared,
    input: { main: "src/relay/main.ts" },
    output: { dir: "dist.new/relay", ...plain, entryFileNames: "[name].js" },
  },
  {
    ...shared,
    input: { main: "src/session/watchdog/thread.ts" },
    output: { dir: "dist.new/watchdog", ...plain, entryFileNames: "[name].js" },
  },
]);
