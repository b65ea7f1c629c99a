import { parseSigningKey } from "./signing-key.ts";
import type { CredentialBinding } from "../credential/binding.ts";
import type { PlaceholderForm } from "../credential/placeholder.ts";
import { parseScheme } from "../credential/schemes.ts";
import {
  isName,
  isRepositoryPattern,
  type SecretSource,
  type StoredItem,
} from "./stored-credential.ts";

type Plain = Readonly<Record<string, unknown>>;

const alphabets = ["alphanumeric", "hex", "base64url", "digits"] as const;
const knownFields = new Set([
  "name",
  "preset",
  "env",
  "bindings",
  "placeholder",
  "source",
  "createdAt",
  "updatedAt",
]);

/** A credential from its plain form; `undefined` when any part of it is not as it was written. */
export function parseCredential(plain: Plain): StoredItem | undefined {
  const { name, preset, env, createdAt, updatedAt } = plain;
  if (typeof name !== "string" || !isName(name)) return undefined;
  if (plain["kind"] !== undefined) return parseSigningKey(plain, name);
  if (Object.keys(plain).some((field) => !knownFields.has(field))) return undefined;
  if (preset !== undefined && typeof preset !== "string") return undefined;
  if (!isTextList(env) || typeof createdAt !== "string" || typeof updatedAt !== "string") {
    return undefined;
  }
  const bindings = parseBindings(plain["bindings"]);
  const placeholder = parsePlaceholder(plain["placeholder"]);
  const source = parseSource(plain["source"]);
  if (bindings === undefined || placeholder === undefined || source === undefined) return undefined;
  const kept = { name, env, bindings, placeholder, source, createdAt, updatedAt };
  return preset === undefined ? kept : { ...kept, preset };
}

function parseBindings(value: unknown): readonly CredentialBinding[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const bindings = value.map(parseBinding);
  const valid = bindings.filter((binding) => binding !== undefined);
  return valid.length === bindings.length ? valid : undefined;
}

function parseBinding(value: unknown): CredentialBinding | undefined {
  if (!isPlain(value)) return undefined;
  const { host, port, pathPrefix, repository } = value;
  const scheme = parseScheme(value["scheme"]);
  if (typeof host !== "string" || host === "" || scheme === undefined) return undefined;
  if (typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65_535) {
    return undefined;
  }
  if (typeof pathPrefix !== "string" || !pathPrefix.startsWith("/")) return undefined;
  // An earlier version kept an address with its brackets, which no request matched
  const bare = host.replace(/^\[([^\]]*)\]$/, "$1");
  const binding = { host: bare, port, pathPrefix, scheme };
  if (repository === undefined) return binding;
  return typeof repository === "string" && isRepositoryPattern(repository)
    ? { ...binding, repository }
    : undefined;
}

function parsePlaceholder(value: unknown): PlaceholderForm | undefined {
  if (!isPlain(value)) return undefined;
  const { prefix, length, suffix } = value;
  const alphabet = alphabets.find((known) => known === value["alphabet"]);
  if (typeof prefix !== "string" || alphabet === undefined) return undefined;
  if (typeof length !== "number" || !Number.isInteger(length) || length < 1) return undefined;
  if (suffix === undefined) return { prefix, length, alphabet };
  return typeof suffix === "string" ? { prefix, length, alphabet, suffix } : undefined;
}

function parseSource(value: unknown): SecretSource | undefined {
  if (!isPlain(value)) return undefined;
  const { type, file, args, variable } = value;
  if (type === "stored") return { type };
  if (type === "env" && typeof variable === "string") return { type, variable };
  if (type === "command" && typeof file === "string" && isTextList(args)) {
    return { type, file, args };
  }
  return undefined;
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
