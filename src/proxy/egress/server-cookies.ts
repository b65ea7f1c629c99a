import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { headerValues, type HeaderField } from "../../http/header-fields.ts";

/** Cookies that are remembered; of more the oldest are forgotten. */
const maxRemembered = 10_000;
/** Cookies in one header: browsers keep 180 of a site. */
const maxCookies = 200;

/**
 * The cookies that servers set in this session, for hosts without a credential of ours. A server speaks for itself and for
 * the names below its own, and never for its parent: what `evil.example.com` sets is none of `example.com`'s.
 */
export class ServerCookies {
  /** Digests, the oldest first */
  readonly #remembered = new Set<string>();

  /** Remembers what an answer of this host sets (RFC 6265, section 5.3). */
  add(host: string, headers: readonly HeaderField[]): void {
    for (const value of headerValues(headers, "set-cookie")) {
      const [pair = "", ...attributes] = value.split(";");
      const domain = findDomain(attributes);
      if (domain !== undefined && domain !== host && !host.endsWith(`.${domain}`)) continue;
      this.#remember(toKey(host, domain === undefined ? "host" : "below", pair));
    }
  }

  /**
   * The cookies of a Cookie header that were set for this host, as they are, and how many others it has.
   * @param value one header's
   */
  sort(host: string, value: string): { readonly own: string; readonly others: number } {
    const pairs = value.split(";").filter((pair) => pair.trim() !== "");
    if (this.#remembered.size === 0 || pairs.length > maxCookies) {
      return { own: "", others: pairs.length };
    }
    const setters = toSetters(host);
    const own = pairs.filter(
      (pair) =>
        this.#remembered.has(toKey(host, "host", pair)) ||
        setters.some((setter) => this.#remembered.has(toKey(setter, "below", pair))),
    );
    return { own: own.join(";").trim(), others: pairs.length - own.length };
  }

  #remember(key: string): void {
    this.#remembered.delete(key);
    this.#remembered.add(key);
    const [oldest = ""] = this.#remembered;
    if (this.#remembered.size > maxRemembered) this.#remembered.delete(oldest);
  }
}

/** The last one counts; without a dot before it. */
function findDomain(attributes: readonly string[]): string | undefined {
  const domains = attributes.flatMap((attribute) => {
    const [, domain] = /^\s*domain\s*=\s*\.?([^\s]+)\s*$/i.exec(attribute) ?? [];
    return domain === undefined ? [] : [domain.toLowerCase()];
  });
  return domains.at(-1);
}

/** The host itself, and its parents: who may have set a cookie for it. */
function toSetters(host: string): readonly string[] {
  if (isIP(host) !== 0) return [host];
  const labels = host.split(".");
  return labels.map((_, index) => labels.slice(index).join("."));
}

/** Some clients put the value in quotes, and some take them off. */
function toKey(setter: string, scope: "host" | "below", pair: string): string {
  const [name = "", ...value] = pair.split("=");
  const plain = value
    .join("=")
    .trim()
    .replace(/^"(.*)"$/, "$1");
  const text = JSON.stringify([setter, scope, name.trim(), plain]);
  return createHash("sha256").update(text, "latin1").digest("base64");
}
