/** One setting of git's; section and name in lower case, the middle part as written, as git itself prints it. */
export interface GitSetting {
  readonly key: string;
  /** Undefined for a name without `=`, which means true */
  readonly value: string | undefined;
}

/** @param item as `git config --list --null` writes it */
export function toSetting(item: string): GitSetting {
  const at = item.indexOf("\n");
  return at === -1
    ? { key: item, value: undefined }
    : { key: item.slice(0, at), value: item.slice(at + 1) };
}

/** The last value of a key, which is the one that counts. */
export function lastValue(settings: readonly GitSetting[], key: string): string | undefined {
  return settings.findLast((setting) => setting.key === key)?.value;
}

/** Git's spelling of true (git-config(1), "boolean"). */
export function isTrue(setting: GitSetting | undefined): boolean {
  if (setting === undefined) return false;
  return setting.value === undefined || /^(?:true|yes|on|[1-9][0-9]*)$/i.test(setting.value);
}
