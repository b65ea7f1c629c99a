// npm run docs:cli: writes docs/cli.md and man/vaultbox.1 from the help of every command.
import { mkdirSync, writeFileSync } from "node:fs";
import { toCliReference } from "./cli-reference.ts";
import { toManPage } from "./man-page.ts";

const root = new URL("../../", import.meta.url);
writeFileSync(new URL("docs/cli.md", root), await toCliReference());
mkdirSync(new URL("man", root), { recursive: true });
writeFileSync(new URL("man/vaultbox.1", root), await toManPage());
