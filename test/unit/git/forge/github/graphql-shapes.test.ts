import { readFile } from "node:fs/promises";
import { isInterfaceType, isObjectType } from "graphql";
import { expect, test } from "vitest";
import { shapeOf } from "../../../../../src/git/forge/github/graphql-shapes.ts";
import { excluded, otherRefs, types } from "../../../../github-schema/field-choices.ts";
import { readGithubSchema, toFieldTables } from "../../../../github-schema/field-tables.ts";

const schema = readGithubSchema();
const file = new URL("../../../../../src/git/forge/github/graphql-fields.json", import.meta.url);
const namesOf = (type: string) => [...shapeOf({ type, as: "object" }).keys()];
const left = Object.values(excluded).flat();

test("the tables are what the published schema and the choices give: npm run generate:graphql", async () => {
  expect(await readFile(file, "utf8")).toBe(toFieldTables(schema));
});

test.each([...left, ...otherRefs])("the schema has %s, which a choice names", (path) => {
  const [name = "", field = ""] = path.split(".");
  const type = schema.getType(name);
  if (!isObjectType(type) && !isInterfaceType(type)) throw new Error(`no type ${name}`);
  expect(Object.keys(type.getFields())).toContain(field);
});

test.each(left)("%s can't be selected", (path) => {
  const [type = "", field = ""] = path.split(".");
  expect(namesOf(type)).not.toContain(field);
});

test("no field whose name says that it holds a credential or rendered text can be selected", () => {
  const suspicious =
    /token|secret|password|credential|privatekey|archive(?!d)|tarball|zipball|html$/i;
  expect(types.flatMap(namesOf).filter((name) => suspicious.test(name))).toEqual([]);
});

test("every type that a field leads to has a shape", () => {
  const links = types.flatMap((type) => [...shapeOf({ type, as: "object" }).values()]);
  const targets = new Set(links.flatMap((link) => link?.type ?? []));
  expect([...targets].filter((type) => namesOf(type).length === 0)).toEqual([]);
});
