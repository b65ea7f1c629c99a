import {
  Kind,
  parse,
  print,
  separateOperations,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type ValueNode,
} from "graphql";
import { fieldOf, isJsonObject } from "../../strict-json.ts";
import { hasTooManyPieces, maxGraphqlPieces } from "./graphql-pieces.ts";
import { NotUnderstood } from "../../api-reading.ts";

/** Names, punctuators and strings of one document; `gh` sends fewer than a thousand. */
const maxTokens = 10_000;

/** One operation with all it refers to, and nothing more. */
export interface GraphqlDocument {
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** What a value stands for, variables put in. @throws NotUnderstood */
  readonly resolve: (value: ValueNode) => unknown;
  /**
   * The request in the words in which it was read here, as a JSON value. Not before its depth was checked: each line is
   * indented by its level
   */
  readonly toRequest: () => unknown;
}

const knownKeys: readonly string[] = ["query", "variables", "operationName", "extensions"];

/**
 * Reads the body of a GraphQL request (https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters).
 * @throws NotUnderstood for batches, persisted queries, subscriptions and documents that servers could read differently
 */
export function readGraphqlDocument(body: unknown): GraphqlDocument {
  if (Array.isArray(body)) throw new NotUnderstood("a batch of queries cannot be decided as one");
  if (!isJsonObject(body)) throw new NotUnderstood("it is not a JSON object");
  if (Object.keys(body).some((key) => !knownKeys.includes(key))) {
    throw new NotUnderstood("it has parts beside query, variables and operationName");
  }
  const { query, operationName: name } = body;
  if (typeof query !== "string") throw new NotUnderstood("it holds no query text");
  const document = chooseOperation(parseText(query), name);
  const operations = document.definitions.filter(isOperation);
  const operation = operations[0]!;
  if (operation.operation === "subscription") {
    throw new NotUnderstood("subscriptions are not supported");
  }
  const variables = readVariables(operation, body["variables"]);
  const operationName = operation.name?.value;
  return {
    operation,
    fragments: new Map(document.definitions.filter(isFragment).map((one) => [one.name.value, one])),
    resolve: (value) => resolveValue(value, variables),
    toRequest: () => ({
      query: print(document),
      variables: Object.fromEntries(variables.given),
      ...(operationName === undefined ? {} : { operationName }),
    }),
  };
}

function parseText(query: string): DocumentNode {
  if (hasTooManyPieces(query)) {
    throw new NotUnderstood(
      `its query has more than ${maxGraphqlPieces} comments, quotes, line breaks and escapes`,
    );
  }
  try {
    // Block strings become plain ones: servers needn't agree about their indentation
    return visit(parse(query, { maxTokens, noLocation: true }), {
      StringValue: (node) => (node.block === true ? { ...node, block: false } : undefined),
      Directive: ({ name }) => {
        // Whatever these two leave out is read as if it were there
        if (name.value === "include" || name.value === "skip") return;
        throw new NotUnderstood("it has a directive beside @include and @skip");
      },
    });
  } catch (error) {
    if (error instanceof NotUnderstood) throw error;
    // GraphQLError, or RangeError where it's nested too deeply; its message would quote the query
    throw new NotUnderstood("its query cannot be parsed");
  }
}

/** The operation to run with the fragments it uses: what isn't run isn't sent. */
function chooseOperation(document: DocumentNode, name: unknown): DocumentNode {
  const { definitions } = document;
  const operations = definitions.filter(isOperation);
  if (!definitions.every((one) => isOperation(one) || isFragment(one))) {
    throw new NotUnderstood("its query defines types");
  }
  refuseDoubles(definitions.filter(isFragment).map((one) => one.name.value));
  refuseDoubles(operations.map((one) => one.name?.value ?? ""));
  const isNamed = name !== undefined && name !== null;
  const chosen = isNamed ? operations.filter((one) => one.name?.value === name) : operations;
  if (chosen.length !== 1) throw new NotUnderstood("it does not say which operation to run");
  const separate = separateOperations(document)[chosen[0]!.name?.value ?? ""];
  if (separate === undefined) throw new NotUnderstood("its query cannot be parsed");
  return separate;
}

interface Variables {
  /** Declared and sent by the client */
  readonly given: ReadonlyMap<string, unknown>;
  /** Declared, by name; with the default value */
  readonly declared: ReadonlyMap<string, ValueNode | undefined>;
}

function readVariables(operation: OperationDefinitionNode, sent: unknown): Variables {
  if (sent !== undefined && sent !== null && !isJsonObject(sent)) {
    throw new NotUnderstood("its variables are not a JSON object");
  }
  const definitions = operation.variableDefinitions ?? [];
  const names = definitions.map((one) => one.variable.name.value);
  refuseDoubles(names);
  const isSent = (name: string) => isJsonObject(sent) && Object.hasOwn(sent, name);
  return {
    given: new Map(names.filter(isSent).map((name) => [name, fieldOf(sent, name)])),
    declared: new Map(definitions.map((one) => [one.variable.name.value, one.defaultValue])),
  };
}

function resolveValue(value: ValueNode, variables: Variables): unknown {
  switch (value.kind) {
    case Kind.VARIABLE: {
      const name = value.name.value;
      if (variables.given.has(name)) return variables.given.get(name);
      if (!variables.declared.has(name)) throw new NotUnderstood("a variable is not declared");
      const standard = variables.declared.get(name);
      return standard === undefined ? undefined : resolveValue(standard, variables);
    }
    case Kind.LIST:
      return value.values.map((one) => resolveValue(one, variables));
    case Kind.OBJECT:
      refuseDoubles(value.fields.map((field) => field.name.value));
      return Object.fromEntries(
        value.fields.map((field) => [field.name.value, resolveValue(field.value, variables)]),
      );
    case Kind.INT:
    case Kind.FLOAT:
      return Number(value.value);
    case Kind.NULL:
      return null;
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return value.value;
  }
}

/** Validation upstream would refuse them; which one counts is nothing to guess at. */
export function refuseDoubles(names: readonly string[]): void {
  if (new Set(names).size !== names.length) throw new NotUnderstood("a name comes twice in it");
}

function isOperation(node: DocumentNode["definitions"][number]): node is OperationDefinitionNode {
  return node.kind === Kind.OPERATION_DEFINITION;
}

function isFragment(node: DocumentNode["definitions"][number]): node is FragmentDefinitionNode {
  return node.kind === Kind.FRAGMENT_DEFINITION;
}
