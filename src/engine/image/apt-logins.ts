import { unescape } from "node:querystring";

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
