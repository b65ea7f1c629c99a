import { quoted } from "../../base/printable.ts";
import { parseRemoteUrl, sshOnlyHosts } from "../../git/remote-url.ts";
import { type GitSetting, lastValue } from "./git-setting.ts";
import type { SshHost } from "./ssh-configuration.ts";

/** A remote's address, as it's written and as it's meant. */
export interface RemoteAddress {
  /** In the repository's configuration, without a password */
  readonly written: string;
  /** After the user's own `url.*.insteadOf`, with the host that an alias of ssh's stands for */
  readonly url: string;
  /** Why the host can't be told; it's an alias as it stands then */
  readonly issue?: string;
}

/** Addresses of more remotes than this aren't looked at. */
const maxRemotes = 50;
/** Hosts that everybody means the same by. */
const wellKnown = new Set([
  "github.com",
  "gitlab.com",
  "bitbucket.org",
  "codeberg.org",
  ...Object.keys(sshOnlyHosts),
]);
/** `ssh://[user@]` or `[user@]`, then the host. */
const hostPlace = /^((?:[a-z][a-z0-9+]*:\/\/)?(?:[^@/:]*@)?)(\[[^\]]*\]|[^/:[\]@]+)/i;
const thisMachine = /^(?:localhost|127\.|::1$|\[)/;

export interface AddressPlace {
  /** Settings of the user, in which a repository has no say */
  readonly user: readonly GitSetting[];
  readonly resolveHost: (host: string, user: string) => SshHost;
}

/**
 * The address of a repository that a user wrote, with the host that an alias of ssh's stands for.
 * @param text as of `--git`, with options behind it
 */
export function withoutSshAlias(text: string, resolveHost: AddressPlace["resolveHost"]): string {
  const isOverSsh = /^(?:ssh|git\+ssh|ssh\+git):\/\//i.test(text) || /^[^/:]+:(?!\/\/)/.test(text);
  const [, before = "", host = ""] = (isOverSsh && hostPlace.exec(text)) || [];
  if (host === "" || wellKnown.has(host.toLowerCase())) return text;
  const found = resolveHost(host.toLowerCase(), toUser(before));
  return found.kind === "host" && !thisMachine.test(found.name)
    ? text.replace(hostPlace, () => `${before}${found.name}`)
    : text;
}

/** @param before the host: `ssh://git@`, `git@` or nothing */
function toUser(before: string): string {
  return before.slice(before.lastIndexOf("/") + 1).replace("@", "");
}

/** Where every remote of a repository is, `pushurl` too. */
export function readRemoteAddresses(
  settings: readonly GitSetting[],
  place: AddressPlace,
): readonly RemoteAddress[] {
  const written = settings.flatMap(({ key, value }) =>
    /^remote\..+\.(?:push)?url$/s.test(key) && value !== undefined ? [value] : [],
  );
  return [...new Set(written)].slice(0, maxRemotes).map((url) => toRemoteAddress(url, place));
}

/** @param written in the repository's configuration */
export function toRemoteAddress(
  written: string,
  { user, resolveHost }: AddressPlace,
): RemoteAddress {
  const url = withoutUserInfo(applyInsteadOf(written, user));
  const own = { written: withoutUserInfo(written), url };
  const remote = parseRemoteUrl(url);
  if (remote?.kind !== "ssh" || wellKnown.has(remote.host)) return own;
  const name = /^(?:[a-z0-9+]+:\/\/)?([^@/:]+)@/i.exec(url)?.[1] ?? "";
  const found = resolveHost(remote.host, name);
  if (found.kind === "unlisted") {
    return remote.host.includes(".") || remote.host.includes(":")
      ? own
      : { ...own, issue: "it has no dot, and isn't in your SSH configuration" };
  }
  if (found.kind === "unclear") return { ...own, issue: found.why };
  if (found.name === remote.host) return own;
  const meant = url.replace(hostPlace, (_, before: string) => `${before}${found.name}`);
  const isElsewhere = parseRemoteUrl(meant) !== undefined && !thisMachine.test(found.name);
  return isElsewhere
    ? { ...own, url: meant }
    : { ...own, issue: `your SSH configuration leads to ${quoted(found.name)}` };
}

/** A branch's own remote, `origin`, or the only one. */
export function chooseRemote(
  settings: readonly GitSetting[],
  branch: string | undefined,
): string | undefined {
  const names = new Set(settings.flatMap(({ key }) => /^remote\.(.+)\.url$/s.exec(key)?.[1] ?? []));
  const own = branch === undefined ? undefined : lastValue(settings, `branch.${branch}.remote`);
  if (own !== undefined && names.has(own)) return own;
  if (names.has("origin")) return "origin";
  return names.size === 1 ? [...names][0] : undefined;
}

/** The longest prefix wins (git-config(1), `url.<base>.insteadOf`). */
export function applyInsteadOf(url: string, settings: readonly GitSetting[]): string {
  let best = { prefix: "", base: "" };
  for (const { key, value = "" } of settings) {
    const base = /^url\.(.+)\.insteadof$/s.exec(key)?.[1];
    if (base === undefined || value === "" || !url.startsWith(value)) continue;
    if (value.length > best.prefix.length) best = { prefix: value, base };
  }
  return best.base + url.slice(best.prefix.length);
}

/** Of a URL with a scheme; the user of `git@host:path` is part of how SSH reaches it and no secret. */
export function withoutUserInfo(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, (whole, scheme: string) =>
    /^ssh|^git\+ssh/i.test(scheme) ? whole.replace(/:[^/@]*@/, "@") : scheme,
  );
}
