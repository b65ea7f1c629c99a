import { writeFileSync } from "node:fs";
import { readGithubSchema, toFieldTables } from "./field-tables.ts";

const file = new URL("../../src/git/forge/github/graphql-fields.json", import.meta.url);
writeFileSync(file, toFieldTables(readGithubSchema()));
