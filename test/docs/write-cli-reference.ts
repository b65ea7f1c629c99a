// npm run docs:cli: writes docs/cli.md from the help of every command.
import { writeFileSync } from "node:fs";
import { toCliReference } from "./cli-reference.ts";

writeFileSync(new URL("../../docs/cli.md", import.meta.url), await toCliReference());
