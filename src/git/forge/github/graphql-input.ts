import type { RefUpdate, RepositoryAction, RepositoryCall } from "../../repository-call.ts";
import { fieldOf, isJsonObject } from "../../strict-json.ts";
import type { Facts, NodeFacts } from "./node-facts.ts";
import { NotUnderstood } from "../../api-reading.ts";

/** The `input` of a mutation: a value for each name, or none. */
export interface Input {
  readonly value: (name: string) => unknown;
  readonly facts: Facts;
}

/** @throws NotUnderstood when it isn't an object, or has names beside `known` */
export function toInput(input: unknown, known: readonly string[], facts: Facts): Input {
  if (!isJsonObject(input)) throw new NotUnderstood("a mutation has no input");
  for (const name of Object.keys(input)) {
    if (name !== "clientMutationId" && !known.includes(name)) {
      throw new NotUnderstood("a mutation has an input field that is not known");
    }
  }
  return { value: (name) => fieldOf(input, name) ?? undefined, facts };
}

/** What the id in this input field names. @throws NotUnderstood */
export function nodeAt({ value, facts }: Input, name: string, types: readonly string[]): NodeFacts {
  return facts.node(value(name), types);
}

/** The same for a field that may be missing. */
export function optionalNodeAt(
  input: Input,
  name: string,
  types: readonly string[],
): readonly NodeFacts[] {
  return input.value(name) === undefined ? [] : [nodeAt(input, name, types)];
}

/** `force` and the like. @throws NotUnderstood */
export function isTrue(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  if (value !== true) throw new NotUnderstood("a value is neither true nor false");
  return true;
}

/** A value where a list may stand: GraphQL takes one item for a list of it. */
export function toList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** `repository` is `owner/name`. */
export function toCall(repository: string, action: RepositoryAction): RepositoryCall {
  return { repository, action };
}

/** @throws NotUnderstood when there is no ref */
export function toUpdateCall(
  repository: string,
  ref: string | undefined,
  facts: Omit<RefUpdate, "ref">,
): RepositoryCall {
  if (ref === undefined) throw new NotUnderstood("it does not name a branch by its full name");
  return toCall(repository, { type: "update-ref", update: { ref, ...facts } });
}
