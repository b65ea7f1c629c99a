// Parameters of a request to GitLab's REST API. The query and the body mean the same to GitLab, so both are read, and
// what is said in both is refused: which one counts differs by version and by content type.
import { NotUnderstood } from "../../api-reading.ts";
import { isJsonObject } from "../../strict-json.ts";
import { findRefNameFault } from "../../wire/ref-name.ts";

/** By name; undefined is a nested value of the query (`actions[][content]=`), which nothing here reads. */
export type Parameters = ReadonlyMap<string, unknown>;

/** Rack drops brackets before a name and a single one behind it (`[branch]`, `branch]`), others don't: both are refused. */
const plainName = /^[a-z_][a-z0-9_]*(?:\[[^[\]]*\])*$/i;

// Path parameters win over others of the same name; `_method` changes what a request is, `sudo` who asks, and so does a
// token (`private_token`, `job_token`), which comes before any header
const reserved = ["id", "_method", "sudo"];

/**
 * @param body parsed JSON or form fields; null when the request has no body
 * @throws NotUnderstood
 */
export function readParameters(query: string, body: unknown): Parameters {
  const parameters = new Map<string, unknown>();
  const add = (name: string, value: unknown): void => {
    if (parameters.has(name)) throw new NotUnderstood(`the parameter ${name} is there twice`);
    if (reserved.includes(name) || name.endsWith("_token")) {
      throw new NotUnderstood(`the parameter ${name} is not understood`);
    }
    parameters.set(name, value);
  };
  const lists = new Set<string>();
  for (const [name, value] of readQuery(query)) {
    const [base = ""] = name.split("[", 1);
    if (base === name) add(name, value);
    else if (!lists.has(base)) add(base, undefined);
    if (base !== name) lists.add(base);
  }
  if (body === null || body === undefined) return parameters;
  if (!isJsonObject(body)) throw new NotUnderstood("the body is not an object of parameters");
  for (const [name, value] of Object.entries(body)) add(name, value);
  return parameters;
}

/** @throws NotUnderstood when a server could find other names in it */
function readQuery(query: string): readonly (readonly [name: string, value: string])[] {
  // Old servers take `;` for `&`
  if (query.includes(";")) throw new NotUnderstood("the query holds a semicolon");
  const fields = [...new URLSearchParams(query)];
  if (fields.every(([name]) => plainName.test(name))) return fields;
  throw new NotUnderstood("a name in the query can be read as another one");
}

/**
 * Parameters of reading that show another project: a comparison with a fork, references in a text written out with the
 * titles of what they name, or what somebody else may see.
 */
const leavingReads = ["from_project_id", "include_html_description", "render_html", "sudo"];

/** @throws NotUnderstood when reading with this query may be reading another project */
export function checkReadQuery(query: string): void {
  for (const [name] of readQuery(query)) {
    const [base = ""] = name.split("[", 1);
    if (leavingReads.includes(base)) {
      throw new NotUnderstood(`the parameter ${base} may show another project`);
    }
  }
}

/** @throws NotUnderstood when it's there and isn't text */
export function textOf(parameters: Parameters, name: string): string | undefined {
  if (!parameters.has(name)) return undefined;
  const value = parameters.get(name);
  if (value === null) return undefined;
  if (typeof value !== "string") throw new NotUnderstood(`the parameter ${name} is not text`);
  return value;
}

/** Anything that GitLab may take for yes. */
export function isSet(parameters: Parameters, name: string): boolean {
  const value = parameters.get(name);
  return parameters.has(name) && value !== null && value !== false && value !== "false";
}

/** The full name of the ref that a parameter or a path segment names. @throws NotUnderstood */
export function toRef(kind: "heads" | "tags", name: string | undefined): string {
  if (name === undefined || name === "") {
    throw new NotUnderstood(`it doesn't say which ${kind === "heads" ? "branch" : "tag"}`);
  }
  // GitLab takes the prefix off in some places and not in others
  if (name.startsWith("refs/")) throw new NotUnderstood("a ref is named with refs/ before it");
  const ref = `refs/${kind}/${name}`;
  const fault = findRefNameFault(ref);
  if (fault !== undefined) throw new NotUnderstood(`the ref can't be written: ${fault}`);
  return ref;
}

/** Paths as a tree holds them; `unknown` when one could be read as another. */
export function toTreePaths(paths: readonly (string | undefined)[]): readonly string[] | "unknown" {
  const read = paths.flatMap((path) => (path === undefined ? [] : [path.replace(/^\/+/, "")]));
  const isPlain = (path: string): boolean =>
    !path.includes("\\") && path.split("/").every((segment) => !/^\.{0,2}$/.test(segment));
  return read.length > 0 && read.every(isPlain) ? read : "unknown";
}
