import { lastValue, type GitSetting } from "./git-setting.ts";

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

/** The URL that git fetches from, as it's written: of several the first. */
export function readRemoteUrl(settings: readonly GitSetting[], remote: string): string | undefined {
  return settings.find(({ key }) => key === `remote.${remote}.url`)?.value;
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
