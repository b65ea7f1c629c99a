import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readRegularText } from "../../base/fs/regular-file.ts";
import { compareText } from "../../base/text-order.ts";
import { unescape } from "node:querystring";

/** Suites of the distribution itself, beside its codename */
const ownSuites = ["", "-updates", "-security", "/updates"] as const;

/**
 * The host's own apt sources for its release, in the one-line form. Sources of third parties are left out: their
 * suites are named differently, and the image needs none of them.
 */
export async function readAptSources(
  codename: string,
  folder = "/etc/apt",
): Promise<readonly string[]> {
  const parts = join(folder, "sources.list.d");
  const names = await readdir(parts).catch(() => []);
  const paths = [
    join(folder, "sources.list"),
    ...names.toSorted(compareText).map((name) => join(parts, name)),
  ];
  const lines: string[] = [];
  for (const path of paths) {
    const text = await readRegularText(path).catch(() => "");
    if (path.endsWith(".sources")) lines.push(...parseDeb822(text));
    else if (path.endsWith(".list")) lines.push(...parseOneLine(text));
  }
  return lines.flatMap((line) => keepOwnSuites(line, codename));
}

function parseOneLine(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line.startsWith("deb "));
}

/** Stanzas of `Types`, `URIs`, `Suites`, `Components` (sources.list(5)); a key inside the file can't be said in one line. */
function parseDeb822(text: string): readonly string[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = toFields(stanza);
    const words = (name: string) =>
      (fields.get(name) ?? "").split(/\s+/).filter((word) => word !== "");
    if (!words("types").includes("deb") || fields.get("enabled") === "no") return [];
    const keyring = words("signed-by").filter((word) => word.startsWith("/"));
    const options = keyring.length > 0 ? `[signed-by=${keyring.join(",")}] ` : "";
    return words("uris").flatMap((uri) =>
      words("suites").map((suite) =>
        `deb ${options}${uri} ${suite} ${words("components").join(" ")}`.trim(),
      ),
    );
  });
}

function toFields(stanza: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let last = "";
  for (const line of stanza.split("\n")) {
    if (line.startsWith("#")) continue;
    if (/^\s/.test(line)) {
      fields.set(last, `${fields.get(last) ?? ""} ${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(":");
    if (colon < 0) continue;
    last = line.slice(0, colon).toLowerCase();
    fields.set(last, line.slice(colon + 1).trim());
  }
  return fields;
}

function keepOwnSuites(line: string, codename: string): readonly string[] {
  const [, options = "", rest = ""] = /^deb\s+(\[[^\]]*\]\s+)?(.*)$/.exec(line) ?? [];
  const [uri = "", suite = "", ...components] = rest.split(/\s+/);
  const isOwn = ownSuites.some((suffix) => suite === `${codename}${suffix}`);
  if (!isOwn || !components.includes("main")) return [];
  return [`deb ${options}${uri} ${suite} ${components.join(" ")}`];
}

/** Sources of apt whose addresses hold no login, and what they held. */
interface AptLogins {
  readonly sources: readonly string[];
  /** In the form of apt_auth.conf(5); empty where there was none */
  readonly logins: string;
}

/** An address with something in front of its host */
const loginShape = /^[a-z0-9+.-]+:\/\/[^/]*@/i;

/**
 * Takes user names and passwords out of the addresses of sources in the one-line form: the sources stay in the image,
 * where a sandbox reads them. A source whose address can't be read is left out.
 */
export function takeAptLogins(lines: readonly string[]): AptLogins {
  const sources: string[] = [];
  const logins = new Set<string>();
  for (const line of lines) {
    const address = line.split(" ").find((word) => loginShape.test(word));
    if (address === undefined) {
      sources.push(line);
      continue;
    }
    const url = URL.parse(address);
    if (url === null) continue;
    const [name, password] = [unescape(url.username), unescape(url.password)];
    url.username = "";
    url.password = "";
    sources.push(line.replace(address, () => url.href));
    logins.add(`machine ${url.href} login ${name} password ${password}\n`);
  }
  return { sources, logins: [...logins].join("") };
}
