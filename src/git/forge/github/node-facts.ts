// Node ids are opaque: only the forge knows which repository one is in. What was asked, and what it answered.
import { fieldOf, isJsonObject } from "../../strict-json.ts";
import { nodeTypes } from "./graphql-shapes.ts";
import { NotUnderstood } from "../../api-reading.ts";

/** What a node id names. */
export interface NodeFacts {
  /** GraphQL type, such as `PullRequest` */
  readonly type: string;
  /** `owner/name` as the forge writes it */
  readonly repository: string;
  /** Full name, of a ref */
  readonly ref?: string;
}

/** Where the meaning of ids and names comes from. */
export interface Facts {
  /** @throws NotUnderstood when it isn't known, or of another type */
  readonly node: (id: unknown, types: readonly string[]) => NodeFacts;
  /** The present `owner/name` of a repository: forges follow names that it had before. @throws NotUnderstood */
  readonly repository: (name: unknown) => string;
}

/** Ids in one question. */
export const maxNodeIds = 50;

// GitHub's are base64 or, newer, a prefix and base64url
const idShape = /^[A-Za-z0-9_=+/-]{1,200}$/;
const repositoryShape = /^[A-Za-z0-9][A-Za-z0-9_-]*\/[A-Za-z0-9._-]+$/;

/** Learns which ids and names a reading needs; what it gives is worth nothing else. */
export function collectNeeds(): Facts & {
  readonly nodeIds: ReadonlySet<string>;
  readonly repositories: ReadonlySet<string>;
} {
  const nodeIds = new Set<string>();
  const repositories = new Set<string>();
  return {
    nodeIds,
    repositories,
    node: (id, types) => {
      nodeIds.add(toId(id));
      if (nodeIds.size > maxNodeIds) throw new NotUnderstood("it names too many ids");
      return { type: types[0] ?? "", repository: "owner/name", ref: "refs/heads/name" };
    },
    repository: (name) => {
      repositories.add(toRepository(name));
      return "owner/name";
    },
  };
}

/** Facts from what the forge answered. */
export function toFacts(
  nodes: ReadonlyMap<string, NodeFacts>,
  repositories: ReadonlyMap<string, string>,
): Facts {
  return {
    node: (id, types) => {
      const facts = nodes.get(toId(id));
      if (facts === undefined || !types.includes(facts.type)) {
        throw new NotUnderstood("an id names nothing in a repository that may be used here");
      }
      return facts;
    },
    repository: (name) => {
      const known = repositories.get(toRepository(name));
      if (known === undefined) throw new NotUnderstood("it names an unknown repository");
      return known;
    },
  };
}

/** The one question about ids. */
export function toNodesQuestion(ids: readonly string[]): unknown {
  const fields = nodeTypes.map((type) => `... on ${type}${fieldsOf(type)}`).join(" ");
  return {
    query: `query($ids:[ID!]!){nodes(ids:$ids){__typename ${fields}}}`,
    variables: { ids },
  };
}

/** The one question about a repository's name. */
export function toRepositoryQuestion(name: string): unknown {
  const [owner, repository] = name.split("/");
  return {
    query:
      "query($owner:String!,$name:String!){repository(owner:$owner,name:$name){nameWithOwner}}",
    variables: { owner, name: repository },
  };
}

/** The answer to `toNodesQuestion`: facts of those ids that the forge knows and shows. */
export function readNodesAnswer(
  ids: readonly string[],
  answer: unknown,
): ReadonlyMap<string, NodeFacts> {
  const nodes = fieldOf(fieldOf(answer, "data"), "nodes");
  const found = new Map<string, NodeFacts>();
  if (!Array.isArray(nodes) || nodes.length !== ids.length) return found;
  for (const [index, id] of ids.entries()) {
    const facts = readNode(nodes[index]);
    if (facts !== undefined) found.set(id, facts);
  }
  return found;
}

/** The answer to `toRepositoryQuestion`: `owner/name`. */
export function readRepositoryAnswer(answer: unknown): string | undefined {
  const name = fieldOf(fieldOf(fieldOf(answer, "data"), "repository"), "nameWithOwner");
  return typeof name === "string" && repositoryShape.test(name) ? name : undefined;
}

function readNode(node: unknown): NodeFacts | undefined {
  if (!isJsonObject(node)) return undefined;
  const type = fieldOf(node, "__typename");
  if (typeof type !== "string" || !nodeTypes.includes(type)) return undefined;
  const owner = type === "Repository" ? node : fieldOf(node, "repository");
  const repository = fieldOf(owner, "nameWithOwner");
  if (typeof repository !== "string" || !repositoryShape.test(repository)) return undefined;
  if (type !== "Ref") return { type, repository };
  const prefix = fieldOf(node, "prefix");
  const name = fieldOf(node, "name");
  if (typeof prefix !== "string" || typeof name !== "string") return undefined;
  return { type, repository, ref: prefix + name };
}

function fieldsOf(type: string): string {
  if (type === "Repository") return "{nameWithOwner}";
  return type === "Ref" ? "{name prefix repository{nameWithOwner}}" : "{repository{nameWithOwner}}";
}

function toId(id: unknown): string {
  if (typeof id !== "string" || !idShape.test(id)) throw new NotUnderstood("an id is missing");
  return id;
}

function toRepository(name: unknown): string {
  if (typeof name !== "string" || !repositoryShape.test(name)) {
    throw new NotUnderstood("it does not name a repository as owner/name");
  }
  return name.toLowerCase();
}
