import type { FieldNode } from "graphql";
import type { RepositoryCall } from "../../repository-call.ts";
import type { GraphqlDocument } from "./graphql-document.ts";
import { readArguments, readSelections } from "./graphql-selections.ts";
import { nodeTypes } from "./graphql-shapes.ts";
import type { Facts, NodeFacts } from "./node-facts.ts";
import { readSearchedRepository } from "./github-search.ts";
import { NotUnderstood } from "../../api-reading.ts";

const accountFields: readonly string[] = ["viewer", "user", "organization", "repositoryOwner"];

/** What a field at the top of a query reads. @throws NotUnderstood */
export function readQueryField(
  document: GraphqlDocument,
  field: FieldNode,
  facts: Facts,
): readonly RepositoryCall[] {
  const name = field.name.value;
  // About the schema itself; nothing below leads elsewhere
  if (name === "__typename" || name === "__schema" || name === "__type") return [];
  if (accountFields.includes(name)) {
    readArguments(document, field, ["login"]);
    return toReads(readSelections(document, { field, type: "Account" }, facts));
  }
  switch (name) {
    case "rateLimit":
      return toReads(readSelections(document, { field, type: "RateLimit" }, facts));
    case "repository": {
      const repository = readRepositoryName(document, field);
      const named = readSelections(document, { field, type: "Repository" }, facts);
      return [{ repository, action: { type: "read" } }, ...toReads(named)];
    }
    case "node":
    case "nodes": {
      const nodes = readNodeIds(document, field).map((id) => facts.node(id, nodeTypes));
      const named = readSelections(document, { field, type: "Node" }, facts);
      return toReads([...nodes, ...named]);
    }
    case "search": {
      const repository = readSearch(document, field);
      const root = { field, type: "IssueOrPullRequest", as: "connection" } as const;
      const named = readSelections(document, root, facts);
      return [{ repository, action: { type: "read" } }, ...toReads(named)];
    }
    default:
      throw new NotUnderstood(
        `the query field ${name.slice(0, 60)} is not one that stays in a repository`,
      );
  }
}

/** Reading of each repository that ids in arguments led to. */
export function toReads(nodes: readonly NodeFacts[]): readonly RepositoryCall[] {
  return nodes.map(({ repository }) => ({ repository, action: { type: "read" } }));
}

function readRepositoryName(document: GraphqlDocument, field: FieldNode): string {
  const known = ["owner", "name", "followRenames"];
  const { owner, name } = Object.fromEntries(readArguments(document, field, known));
  return toRepositoryName(owner, name);
}

function toRepositoryName(owner: unknown, name: unknown): string {
  const isPlain =
    typeof owner === "string" &&
    typeof name === "string" &&
    /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(owner) &&
    /^[A-Za-z0-9._-]+$/.test(name);
  if (!isPlain) throw new NotUnderstood("it does not name a repository plainly");
  return `${owner}/${name}`;
}

function readNodeIds(document: GraphqlDocument, field: FieldNode): readonly unknown[] {
  const values = readArguments(document, field, [field.name.value === "node" ? "id" : "ids"]);
  const [ids] = values.values();
  return Array.isArray(ids) ? ids : [ids];
}

/** The one repository that a search for issues and pull requests is about, as `gh pr status` does it. */
function readSearch(document: GraphqlDocument, field: FieldNode): string {
  const known = ["query", "type", "first", "last", "after", "before"];
  const { query, type } = Object.fromEntries(readArguments(document, field, known));
  if (typeof query !== "string" || type !== "ISSUE") {
    throw new NotUnderstood("it searches for something else than issues and pull requests");
  }
  const repository = readSearchedRepository(query);
  if (repository === undefined) {
    throw new NotUnderstood("its search is not plainly limited to one repository");
  }
  const [owner, name] = repository.split("/");
  return toRepositoryName(owner, name);
}
