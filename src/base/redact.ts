import { inspect } from "node:util";
import { toAsciiJson } from "./printable.ts";

/**
 * The sensitive bytes of a credential. It can't be printed, serialised or logged by accident:
 * only `reveal()` gives the value, at the moment of use.
 */
export class Secret {
  readonly name: string;
  readonly #value: string;

  constructor(name: string, value: string) {
    this.name = name;
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return `[secret ${this.name}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** Secrets shorter than this are not searched for: they'd match ordinary text. */
const minRedactedLength = 6;

/**
 * Replaces every known secret, raw and in the encodings it travels in, with `[secret NAME]`. A server may have shown it to a
 * sandbox, which then names it: in a path, a host, a file.
 */
export class Redactor {
  /** Mark by form, the longest form first: one secret may be in another */
  #needles: ReadonlyMap<string, string> = new Map();
  /** The same as JSON in ASCII has them */
  #jsonNeedles: readonly string[] = [];

  add(secret: Secret): void {
    const value = secret.reveal();
    if (value.length < minRedactedLength) return;
    const mark = secret.toString();
    // It's told at every use of a credential; the forms are worth making once
    if (this.#needles.get(value) === mark) return;
    const own = encodedForms(value).map((form) => [form, mark] as const);
    const all = [...this.#needles, ...own].toSorted(([a], [b]) => b.length - a.length);
    this.#needles = new Map(all);
    const inJson = all.map(([form]) => toAsciiJson(form).slice(1, -1));
    this.#jsonNeedles = [...new Set(inJson)];
  }

  redact(text: string): string {
    let result = text;
    for (const [needle, mark] of this.#needles) result = result.replaceAll(needle, mark);
    return result;
  }

  /** Whether JSON in ASCII may hold a secret: of what is written to the audit for each request hardly any does. */
  mayBeInJson(json: string): boolean {
    return this.#jsonNeedles.some((needle) => json.includes(needle));
  }

  /** The same for every text in a value; the names of fields stay as they are. */
  redactValue<Value>(value: Value): Value {
    return this.#needles.size === 0 ? value : (this.#redactAny(value) as Value);
  }

  #redactAny(value: unknown): unknown {
    if (typeof value === "string") return this.redact(value);
    if (Array.isArray(value)) return value.map((one) => this.#redactAny(one));
    if (typeof value !== "object" || value === null) return value;
    // As JSON has it: a date, a secret
    if ("toJSON" in value && typeof value.toJSON === "function") return value.toJSON();
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, this.#redactAny(one)]),
    );
  }
}

/**
 * What vaults gave out. It's the process's and not a session's, as the terminal is: any part may fail with a message of
 * somebody to whom a secret was sent.
 */
export const revealedSecrets = new Redactor();

/** User name and password in front of the host of a URL; the spaces end what isn't one */
const userInfo = /\/\/[^\s/"'<>]*@/g;

/** A text without the user names and passwords of URLs in it, whoever's they are. */
export function withoutUserInfo(text: string): string {
  return text.replace(userInfo, "//[hidden]@");
}

/** The forms in which a value shows up: raw, JSON, URL, path, hex and base64 at each of its three alignments. */
export function encodedForms(value: string): readonly string[] {
  const bytes = Buffer.from(value, "utf8");
  const forms = new Set<string>([
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    // In one segment of a canonical path
    value.replaceAll("/", "%2F"),
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
  ]);
  for (const offset of [0, 1, 2]) {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    // Leading and trailing characters depend on the neighbours, so only the stable middle is kept
    const from = offset === 0 ? 0 : offset + 1;
    const stable = shifted.replace(/=+$/, "").slice(from, -1);
    if (stable.length >= minRedactedLength) {
      forms.add(stable);
      forms.add(stable.replaceAll("+", "-").replaceAll("/", "_"));
    }
  }
  return [...forms].sort((a, b) => b.length - a.length);
}
