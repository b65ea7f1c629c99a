import { readFileSync } from "node:fs";
import {
  buildSchema,
  getNamedType,
  type GraphQLField,
  type GraphQLSchema,
  isInterfaceType,
  isLeafType,
  isObjectType,
} from "graphql";
import { additions, excluded, excludedNames, otherRefs, standIns, types } from "./field-choices.ts";

type Fields = Readonly<Record<string, GraphQLField<unknown, unknown>>>;

/** The schema that GitHub publishes, as the package has it. */
export function readGithubSchema(): GraphQLSchema {
  const file = new URL("schema.graphql", import.meta.resolve("@octokit/graphql-schema"));
  return buildSchema(readFileSync(file, "utf8"), { assumeValid: true, assumeValidSDL: true });
}

/** The text of `graphql-fields.json`: a line for each type, its fields as src/git/forge/github/graphql-shapes.ts reads them. */
export function toFieldTables(schema: GraphQLSchema): string {
  const tables = Object.fromEntries(types.map((type) => [type, toFields(schema, type)]));
  return `${JSON.stringify(tables, undefined, 2)}\n`;
}

function toFields(schema: GraphQLSchema, type: string): string {
  const published = Object.entries(fieldsOf(schema, type)).flatMap(
    ([name, field]) => toFieldText(schema, `${type}.${name}`, field) ?? [],
  );
  return [...published, ...(additions[type] ?? [])].join(" ");
}

/** Undefined for a field that may not be selected. */
function toFieldText(
  schema: GraphQLSchema,
  path: string,
  field: GraphQLField<unknown, unknown>,
): string | undefined {
  const [, name = ""] = path.split(".");
  if (excludedNames.test(name) || Object.values(excluded).flat().includes(path)) return undefined;
  const type = getNamedType(field.type);
  if (isLeafType(type)) return name;
  const isConnection = type.name.endsWith("Connection");
  const nodes = isConnection ? fieldsOf(schema, type.name)["nodes"] : undefined;
  const target = nodes === undefined ? type.name : getNamedType(nodes.type).name;
  const shape = otherRefs.includes(path) ? "OtherRef" : toShape(target);
  return shape === undefined ? undefined : `${name}:${shape}${isConnection ? "*" : ""}`;
}

function toShape(type: string): string | undefined {
  return standIns[type] ?? (types.includes(type) ? type : undefined);
}

function fieldsOf(schema: GraphQLSchema, name: string): Fields {
  const type = schema.getType(name);
  if (isObjectType(type) || isInterfaceType(type)) return type.getFields();
  throw new Error(`the schema has no type ${name} with fields`);
}
