import { Kind, type FieldNode, type SelectionNode, type SelectionSetNode } from "graphql";
import { refuseDoubles, type GraphqlDocument } from "./graphql-document.ts";
import { narrow, nodeTypes, shapeOf, type Link } from "./graphql-shapes.ts";
import type { Facts, NodeFacts } from "./node-facts.ts";
import { NotUnderstood } from "../../api-reading.ts";

/** Fields within each other; `gh` goes to twelve. */
const maxDepth = 40;

/** Fields at the top of an operation, those of fragments included; the same field under two names is two. */
export function rootFields(document: GraphqlDocument): readonly FieldNode[] {
  const seen = new Set<string>();
  const found: FieldNode[] = [];
  const collect = ({ selections }: SelectionSetNode) => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) found.push(selection);
      else collectFragment(selection);
    }
  };
  const collectFragment = (selection: Exclude<SelectionNode, FieldNode>) => {
    if (selection.kind === Kind.INLINE_FRAGMENT) return collect(selection.selectionSet);
    if (seen.has(selection.name.value)) return;
    seen.add(selection.name.value);
    collect(findFragment(document, selection.name.value).selectionSet);
  };
  collect(document.operation.selectionSet);
  return found;
}

/** Arguments of a field by name, variables put in. @throws NotUnderstood when there are others than `known` */
export function readArguments(
  document: GraphqlDocument,
  field: FieldNode,
  known: readonly string[] | "any",
): ReadonlyMap<string, unknown> {
  const nodes = field.arguments ?? [];
  const names = nodes.map((one) => one.name.value);
  refuseDoubles(names);
  if (known !== "any" && !names.every((name) => known.includes(name))) {
    throw new NotUnderstood("a field has an argument that is not known");
  }
  return new Map(nodes.map((one) => [one.name.value, document.resolve(one.value)]));
}

/**
 * Checks everything below a field: only fields that stay in the repository. Gives what ids in arguments name.
 * @throws NotUnderstood
 */
export function readSelections(
  document: GraphqlDocument,
  root: { readonly field: FieldNode; readonly type: Link["type"]; readonly as?: Link["as"] },
  facts: Facts,
): readonly NodeFacts[] {
  const named: NodeFacts[] = [];
  // A fragment means the same wherever it's spread on the same type
  const seen = new Set<string>();
  const readField = (field: FieldNode, link: Link, depth: number) => {
    const name = field.name.value;
    if (name === "__typename") return;
    const shape = shapeOf(link);
    if (!shape.has(name)) {
      throw new NotUnderstood(
        `the field ${name.slice(0, 60)} of ${link.type} may lead out of the repository`,
      );
    }
    for (const [argument, value] of readArguments(document, field, "any")) {
      if (argument.endsWith("Id") && value !== undefined && value !== null) {
        named.push(facts.node(value, nodeTypes));
      }
    }
    const next = shape.get(name);
    const isLeaf = field.selectionSet === undefined;
    if (isLeaf !== (next === undefined)) throw new NotUnderstood("a field is selected wrongly");
    if (next !== undefined) readSet(field.selectionSet!, next, depth + 1);
  };
  const readSet = ({ selections }: SelectionSetNode, link: Link, depth: number) => {
    if (depth > maxDepth) throw new NotUnderstood("its query is nested too deeply");
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) readField(selection, link, depth);
      else readFragment(selection, link, depth);
    }
  };
  const readFragment = (
    selection: Exclude<SelectionNode, FieldNode>,
    link: Link,
    depth: number,
  ) => {
    const isSpread = selection.kind === Kind.FRAGMENT_SPREAD;
    if (isSpread) {
      const key = `${selection.name.value} ${link.type} ${link.as}`;
      if (seen.has(key)) return;
      seen.add(key);
    }
    const fragment = isSpread ? findFragment(document, selection.name.value) : selection;
    const condition = fragment.typeCondition?.name.value;
    const narrowed = condition === undefined ? link : narrow(link, condition);
    if (narrowed === undefined)
      throw new NotUnderstood("a fragment is on a type that is not known");
    readSet(fragment.selectionSet, narrowed, depth + 1);
  };
  if (root.field.selectionSet === undefined) throw new NotUnderstood("a field selects nothing");
  readSet(root.field.selectionSet, { type: root.type, as: root.as ?? "object" }, 0);
  return named;
}

function findFragment(document: GraphqlDocument, name: string) {
  const fragment = document.fragments.get(name);
  if (fragment === undefined) throw new NotUnderstood("it uses a fragment that it does not define");
  return fragment;
}
