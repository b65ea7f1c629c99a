import { loadEntryKinds } from "../../../../src/session/entry-kinds.ts";
import { gitEntries } from "../../../../src/git/entry/git-entries.ts";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { forges } from "../../../../src/git/repository-call.ts";
import { maxGitPatterns, pullChoices } from "../../../../src/git/entry/git-options.ts";
import {
  gitLfsKeys,
  gitPathsKeys,
  pushOnlyKeys,
} from "../../../../src/git/entry/parse-git-entry.ts";
import {
  accessChoices,
  clientCredentialChoices,
  hostEntryKeys,
  presetEntryKeys,
} from "../../../../src/policy/file/parse-egress.ts";
import {
  imageKeys,
  maxTools,
  npmShape,
  packageShape,
} from "../../../../src/policy/image-settings.ts";
import {
  historyChoices,
  homeChoices,
  limitKeys,
  maxLimitCount,
  parseProjectFile,
  projectFileKeys,
} from "../../../../src/policy/file/parse-policy.ts";
import { protectChoices, workspaceKeys } from "../../../../src/policy/workspace-settings.ts";
import { InvalidFileError } from "../../../../src/policy/file/problem.ts";

interface Schema {
  readonly [keyword: string]: unknown;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly required?: readonly string[];
  readonly dependentRequired?: Readonly<Record<string, readonly string[]>>;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly propertyNames?: Schema;
  readonly additionalProperties?: boolean | Schema;
}

async function readSchema(): Promise<Schema> {
  const url = new URL("../../../../docs/vaultbox.schema.json", import.meta.url);
  return JSON.parse(await readFile(url, "utf8")) as Schema;
}

/** The keywords that the schema uses, and no more. */
function isValid(root: Schema, schema: Schema, value: unknown): boolean {
  if (schema.$ref !== undefined) {
    const named = root.$defs?.[schema.$ref.replace("#/$defs/", "")];
    return named !== undefined && isValid(root, named, value);
  }
  if ("const" in schema && schema.const !== value) return false;
  if (schema.enum !== undefined && !schema.enum.includes(value)) return false;
  if (schema.oneOf !== undefined) {
    return schema.oneOf.filter((one) => isValid(root, one, value)).length === 1;
  }
  switch (schema.type) {
    case undefined:
      return true;
    case "string":
      if (typeof value !== "string" || value.length < (schema.minLength ?? 0)) return false;
      return schema.pattern === undefined || new RegExp(schema.pattern, "u").test(value);
    case "integer":
      if (typeof value !== "number" || !Number.isInteger(value)) return false;
      return value >= (schema.minimum ?? -Infinity) && value <= (schema.maximum ?? Infinity);
    case "boolean":
      return typeof value === "boolean";
    case "array":
      if (!Array.isArray(value) || value.length > (schema.maxItems ?? Infinity)) return false;
      return value.every((item) => schema.items === undefined || isValid(root, schema.items, item));
    case "object":
      return isValidObject(root, schema, value);
    default:
      throw new Error(`the checker doesn't know the type ${schema.type}`);
  }
}

function isValidObject(root: Schema, schema: Schema, value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const { properties = {}, additionalProperties = true, propertyNames } = schema;
  if (schema.required?.some((key) => !Object.hasOwn(value, key)) === true) return false;
  return Object.entries(value).every(([key, item]) => {
    const needed = schema.dependentRequired?.[key] ?? [];
    if (needed.some((other) => !Object.hasOwn(value, other))) return false;
    const own = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (propertyNames !== undefined && !isValid(root, { type: "string", ...propertyNames }, key)) {
      return false;
    }
    if (own !== undefined) return isValid(root, own, item);
    return typeof additionalProperties === "boolean"
      ? additionalProperties
      : isValid(root, additionalProperties, item);
  });
}

function isRead(text: string): boolean {
  try {
    parseProjectFile(Buffer.from(text), "vaultbox.yaml", [gitEntries]);
    return true;
  } catch (error) {
    if (error instanceof InvalidFileError) return false;
    throw error;
  }
}

test("the schema knows exactly the keys and choices that the parser knows", async () => {
  const { properties = {}, $defs = {} } = await readSchema();
  const keysOf = (schema: Schema | undefined) => Object.keys(schema?.properties ?? {});
  expect(Object.keys(properties)).toEqual(projectFileKeys);
  expect(keysOf($defs["hostEntry"])).toEqual(hostEntryKeys);
  expect(keysOf($defs["presetEntry"])).toEqual(presetEntryKeys);
  expect(keysOf(properties["limits"])).toEqual(limitKeys);
  const image = properties["image"]?.oneOf?.[1];
  expect(keysOf(image)).toEqual(imageKeys);
  expect(image?.properties?.["packages"]?.maxItems).toBe(maxTools);
  expect(image?.properties?.["packages"]?.items?.pattern).toBe(packageShape.source);
  expect(image?.properties?.["npm"]?.items?.pattern?.replace("/)", "\\/)")).toBe(npmShape.source);
  expect(properties["home"]?.enum).toEqual(homeChoices);
  expect(properties["history"]?.enum).toEqual(historyChoices);
  expect(keysOf(properties["workspace"])).toEqual(workspaceKeys);
  expect(properties["workspace"]?.properties?.["protect"]?.enum).toEqual(protectChoices);
  const entry = $defs["hostEntry"]?.properties ?? {};
  expect(entry["access"]?.enum).toEqual(accessChoices);
  expect(entry["client_credentials"]?.enum).toEqual(clientCredentialChoices);
  const gitEntry = $defs["gitEntry"];
  expect(keysOf(gitEntry?.properties?.["paths"])).toEqual(gitPathsKeys);
  expect(keysOf(gitEntry?.properties?.["lfs"])).toEqual(gitLfsKeys);
  expect(Object.keys(gitEntry?.dependentRequired ?? {})).toEqual(pushOnlyKeys);
  expect(gitEntry?.properties?.["forge"]?.enum).toEqual(forges);
  expect(gitEntry?.properties?.["pulls"]?.enum).toEqual(pullChoices);
  expect($defs["patterns"]?.maxItems).toBe(maxGitPatterns);
  expect(properties["limits"]?.properties?.["requests"]?.maximum).toBe(maxLimitCount);
});

test("the schema has exactly the kinds of entries of the table, with their keys", async () => {
  const { properties = {}, $defs = {} } = await readSchema();
  const kinds = await loadEntryKinds();
  const names = ["preset", "host", ...kinds.map(({ key }) => key)].map((key) => `${key}Entry`);
  const refs = names.map((name) => ({ $ref: `#/$defs/${name}` }));
  expect(properties["egress"]?.items?.oneOf).toEqual(refs);
  for (const { key, keys } of kinds) {
    const entry = $defs[`${key}Entry`];
    expect(Object.keys(entry?.properties ?? {})).toEqual(keys);
    expect(entry?.required).toEqual([key]);
  }
});

test.each([
  ["version: 1", true],
  ["{}", false],
  ["version: 2", false],
  ["version: '1'", false],
  ["version: 1\nagent: claude\nvaults: [work, a.b]", true],
  ["version: 1\nagent: Claude", false],
  ["version: 1\nvaults: work", false],
  ["version: 1\negress: []", true],
  ["version: 1\negress:", false],
  ["version: 1\negress: [{preset: npm}, {host: a.example.com}]", true],
  ["version: 1\negress: [{preset: npm, host: a.example.com}]", false],
  ["version: 1\negress: [{}]", false],
  ["version: 1\negress: [a.example.com]", false],
  ["version: 1\negress: [{git: https://example.com/x}]", true],
  ["version: 1\negress: [{git: git@example.com:x.git, read: false}]", true],
  ["version: 1\negress: [{git: example.com}]", false],
  ["version: 1\negress: [{git: https://example.com/x, host: example.com}]", false],
  ["version: 1\negress: [{git: https://example.com/x, preset: npm}]", false],
  ["version: 1\negress: [{git: https://example.com/x, forge: gitea-like}]", false],
  ["version: 1\negress: [{git: https://github.com/acme/x, push: [a/*], create: false}]", true],
  ["version: 1\negress: [{git: https://github.com/acme/x, create: false}]", false],
  ["version: 1\negress: [{git: https://github.com/acme/x, push: a/*}]", false],
  ["version: 1\negress: [{git: https://github.com/acme/x, push: [a], max_pack: 5}]", false],
  ["version: 1\negress: [{git: https://github.com/acme/x, push: [a], max_pack: 5MB}]", true],
  ["version: 1\negress: [{git: https://github.com/acme/x, push: [a], paths: {deny: [b]}}]", true],
  ["version: 1\negress: [{git: https://github.com/acme/x, push: [a], paths: [b]}]", false],
  ["version: 1\negress: [{git: https://github.com/acme/x, pulls: merge}]", true],
  ["version: 1\negress: [{git: https://github.com/acme/x, pulls: all}]", false],
  ["version: 1\negress: [{git: https://github.com/acme/x, lfs: {hosts: [s.example.com]}}]", true],
  ["version: 1\negress: [{git: https://github.com/acme/x, lfs: {host: s.example.com}}]", false],
  ["version: 1\negress: [{host: a.example.com, port: 8443, access: write, websocket: true}]", true],
  ["version: 1\negress: [{host: a.example.com, port: 0}]", false],
  ["version: 1\negress: [{host: a.example.com, port: 65536}]", false],
  ["version: 1\negress: [{host: a.example.com, access: all}]", false],
  ["version: 1\negress: [{host: a.example.com, allow: [GET /x], deny: ['*']}]", true],
  ["version: 1\negress: [{host: a.example.com, allow: GET /x}]", false],
  ["version: 1\negress: [{host: a.example.com, client_credentials: pass}]", true],
  ["version: 1\negress: [{host: a.example.com, client_credentials: true}]", false],
  ["version: 1\nagent_credential: none", true],
  ["version: 1\nagent_credential: false", false],
  ["version: 1\nhome: project", true],
  ["version: 1\nhome: shared", false],
  [
    "version: 1\nlimits: {duration: 2h, requests: 5, upload: 1.5GiB, requests_per_minute: 60}",
    true,
  ],
  ["version: 1\nlimits: {duration: 2}", false],
  ["version: 1\nlimits: {requests: 0}", false],
  ["version: 1\nlimits: {upload: 1TB}", false],
  ["version: 1\nlimits: {cpus: 2}", false],
  ["version: 1\nimage: registry.example.com:5000/box@sha256:00", true],
  ["version: 1\nimage: ''", false],
  [
    "version: 1\nimage: {packages: [gh, golang, g++, libssl-dev=3.0.1-1~deb12u1], npm: [pnpm]}",
    true,
  ],
  ["version: 1\nimage: {from: mytools, npm: ['@acme/cli@^1.2.0', typescript@next]}", true],
  ["version: 1\nimage: {}", true],
  ["version: 1\nimage: [gh]", false],
  ["version: 1\nimage: {packages: gh}", false],
  ["version: 1\nimage: {packages: [--allow-downgrades]}", false],
  ["version: 1\nimage: {packages: [bash-]}", false],
  ["version: 1\nimage: {packages: ['gh;id']}", false],
  ["version: 1\nimage: {packages: [./x.deb]}", false],
  ["version: 1\nimage: {packages: [gh/testing]}", false],
  ["version: 1\nimage: {npm: [--prefix=/]}", false],
  ["version: 1\nimage: {npm: ['x@file:../x']}", false],
  ["version: 1\nimage: {npm: ['git+https://example.com/x']}", false],
  ["version: 1\nimage: {npm: ['x@npm:y']}", false],
  ["version: 1\nimage: {npm: ['a b']}", false],
  ["version: 1\nimage: {from: ''}", false],
  ["version: 1\nimage: {apt: [gh]}", false],
  ["version: 1\nenv: {LOG_LEVEL: debug}", true],
  ["version: 1\nenv: {1A: x}", false],
  ["version: 1\nenv: {A: 1}", false],
  ["version: 1\nworkspaces: {}", false],
  ["version: 1\nsigning: work-key", true],
  ["version: 1\nsigning: Work Key", false],
  ["version: 1\nsigning: {key: work-key}", true],
  ["version: 1\nsigning: {key: work-key, name: Ann Example, email: ann@example.com}", true],
  ["version: 1\nsigning: {key: work-key, name: Ann Example}", false],
  ["version: 1\nsigning: {key: work-key, name: 'Ann <x', email: ann@example.com}", false],
  ["version: 1\nsigning: {name: Ann Example, email: ann@example.com}", false],
  ["version: 1\nsigning: [work-key]", false],
])("schema and parser agree about %j: %s", async (text, valid) => {
  const schema = await readSchema();
  expect({ schema: isValid(schema, schema, parse(text)), parser: isRead(text) }).toEqual({
    schema: valid,
    parser: valid,
  });
});
