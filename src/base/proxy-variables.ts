import { unescape } from "node:querystring";
import { type Redactor, revealedSecrets, Secret } from "./redact.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** How the host's programs are told of a proxy; each is read in lower case, too. */
const proxyVariables = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"] as const;

/**
 * The variables of the host's proxies that are set, in either case. As arguments of a build they are known to every
 * builder, and stay out of the image's history.
 */
export function readProxyVariables(env: Environment): Readonly<Record<string, string>> {
  const names = proxyVariables.flatMap((name) => [name, name.toLowerCase()]);
  const entries = names.map((name) => [name, env[name] ?? ""] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== ""));
}

/** From now on no output shows the user names with passwords of the host's proxies: programs repeat them in their errors. */
export function hideProxyPasswords(env: Environment, redactor: Redactor = revealedSecrets): void {
  for (const [name, value] of Object.entries(readProxyVariables(env))) {
    // Up to the last @: a host's name has none, a password that nobody escaped may
    const pair = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(.+)@/is.exec(value)?.[1];
    if (pair === undefined) continue;
    const password = pair.includes(":") ? pair.slice(pair.indexOf(":") + 1) : pair;
    for (const text of [pair, password]) {
      for (const form of [text, unescape(text)]) redactor.add(new Secret(name, form));
    }
  }
}
