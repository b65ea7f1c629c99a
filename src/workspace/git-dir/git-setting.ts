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

// A sandbox may have written what these read: none of them looks at a character more than a few times.

/** A longer value isn't known to be harmless */
const maxValueLength = 16_384;
const maxHostLength = 256;
const plainUrl = /^(?:(?:https?|ssh|git|file|git\+ssh):\/\/(?!-)|\.{0,2}\/|[\w.~][\w./~-]*$)/i;
/** `user@host` or `host` of `host:path` */
const plainHost = /^[\w.~-]*[\w.]@?[\w.-]*$/;
const anything = (): boolean => true;
/** An address that git and its like start no program for, other than ssh. */
export const isPlainUrl = (value: string): boolean =>
  !value.includes("::") && (plainUrl.test(value) || isHostWithPath(value));
/** A value without a blank at its beginning, quotes, or what a shell reads. */
export const isPlainWord = (value: string): boolean =>
  /^[\w./+:*^@ -]*$/.test(value) && !/^[-!]/.test(value);
/** The name of a remote, or an address: for `NAME::…` and an unknown scheme git starts `git-remote-NAME`. */
const isRemote = (value: string): boolean =>
  isPlainUrl(value) || (isPlainWord(value) && !value.includes(":"));
const isOneOf =
  (...values: readonly string[]) =>
  (value: string): boolean =>
    values.includes(value.toLowerCase());

/**
 * Settings that run nothing, read no other file and send nothing anywhere new, with the values they may have. Of a
 * repository that an agent made everything else counts as dangerous: git learns new keys with every release.
 */
const harmless: readonly (readonly [RegExp, (value: string) => boolean])[] = [
  [
    /^core\.(?:repositoryformatversion|filemode|bare|logallrefupdates|ignorecase|precomposeunicode|symlinks|autocrlf|eol|safecrlf|abbrev|compression|quotepath|untrackedcache|bigfilethreshold|sharedrepository|sparsecheckout|sparsecheckoutcone|whitespace|longpaths|preloadindex|commitgraph|multipackindex)$/,
    isPlainWord,
  ],
  // Without them git writes files whose names a file system takes for `.git`
  [/^core\.(?:protectntfs|protecthfs)$/, isOneOf("true", "yes", "on", "1")],
  [/^core\.fsmonitor$/, isOneOf("false", "no", "off", "0", "")],
  [/^core\.worktree$/, (value) => value.startsWith("../") && /^[\w. /-]*$/.test(value)],
  [
    /^extensions\.(?:objectformat|compatobjectformat|refstorage|noop|preciousobjects|worktreeconfig)$/,
    isPlainWord,
  ],
  // Not `extensions.partialClone` and `remote.*.promisor`: git then fetches what is missing in any command that reads
  [/^remote\..+\.(?:url|pushurl)$/s, isPlainUrl],
  [
    /^remote\..+\.(?:fetch|push|prune|prunetags|tagopt|mirror|skipdefaultupdate|skipfetchall|gh-resolved)$/s,
    isTagOptionOrWord,
  ],
  [/^(?:remote\.pushdefault|branch\..+\.(?:remote|pushremote))$/s, isRemote],
  [
    /^branch\..+\.(?:merge|rebase|vscode-merge-base|gh-merge-base|github-pr-owner-number)$/s,
    isPlainWord,
  ],
  [/^branch\..+\.description$/s, anything],
  [/^branch\.(?:autosetupmerge|autosetuprebase|sort)$/, isPlainWord],
  [/^submodule\..+\.url$/s, isPlainUrl],
  [/^submodule\..+\.(?:active|branch|fetchrecursesubmodules|ignore|shallow)$/s, isPlainWord],
  [/^submodule\..+\.update$/s, isOneOf("checkout", "rebase", "merge", "none")],
  [/^submodule\.(?:active|recurse|fetchjobs|propagatebranches)$/, isPlainWord],
  [/^(?:user|author|committer)\.(?:name|email)$/, anything],
  [/^user\.signingkey$/, anything],
  [
    /^(?:commit|tag|push)\.(?:gpgsign|default|autosetupremote|followtags|forcesignannotated|sort)$/,
    isPlainWord,
  ],
  [
    /^(?:init\.defaultbranch|fetch\.prune|fetch\.prunetags|fetch\.parallel|pull\.(?:rebase|ff)|rebase\.(?:autostash|autosquash|updaterefs)|merge\.(?:ff|conflictstyle|renames)|rerere\.enabled|help\.autocorrect|log\.date|status\.[a-z]+|feature\.[a-z]+|index\.[a-z]+|diff\.(?:renames|algorithm|colormoved|mnemonicprefix))$/,
    isPlainWord,
  ],
  [
    // `gc.recentObjectsHook` is a program
    /^(?:gc|pack|receive|transfer|repack|maintenance|color|advice|column)\.(?!.*(?:hook|command|program))(?:[\w-]+\.)*[\w-]+$/,
    isPlainWord,
  ],
  [/^lfs\.repositoryformatversion$/, isPlainWord],
  // What `git lfs install --local` writes; the program is the user's own
  [/^filter\.lfs\.clean$/, isOneOf("git-lfs clean -- %f")],
  [/^filter\.lfs\.smudge$/, isOneOf("git-lfs smudge -- %f", "git-lfs smudge --skip -- %f")],
  [/^filter\.lfs\.process$/, isOneOf("git-lfs filter-process", "git-lfs filter-process --skip")],
  [/^filter\.lfs\.required$/, isOneOf("true", "false")],
];

/** As scp(1) has it (git-clone(1), "GIT URLS"). */
function isHostWithPath(value: string): boolean {
  const end = value.indexOf(":");
  if (end === -1 || end > maxHostLength) return false;
  // `://` is a scheme: git starts `git-remote-NAME` for one that it doesn't know
  return plainHost.test(value.slice(0, end)) && !value.startsWith("://", end);
}

function isTagOptionOrWord(value: string): boolean {
  return isPlainWord(value) || value === "--tags" || value === "--no-tags";
}

/** Keys that name a folder or a file which git then reads programs or settings from; protected even when it isn't there. */
const pathSetting =
  /^(?:core\.hookspath|include\.path|includeif\..+\.path|init\.templatedir|core\.attributesfile)$/s;

/** Whether a setting can't make git run or read anything. */
export function isHarmless({ key, value = "true" }: GitSetting): boolean {
  if (key.length + value.length > maxValueLength) return false;
  return harmless.some(([name, accepts]) => name.test(key) && accepts(value));
}

export function isPathSetting({ key }: GitSetting): boolean {
  return pathSetting.test(key);
}

/** Keys of files that git or its like only reads: nothing in them is run, and no setting. */
const dataSetting =
  /^(?:blame\.ignorerevsfile|commit\.template|core\.excludesfile|fsck\.skiplist|fetch\.fsck\.skiplist|receive\.fsck\.skiplist|mailmap\.(?:file|blob)|gpg\.ssh\.(?:allowedsignersfile|revocationfile)|http\.(?:.+\.)?(?:cookiefile|ssl(?:cert|key|cainfo|capath)|proxyssl(?:cert|key|cainfo))|credential\.(?:.+\.)?username)$/s;

export function isDataSetting({ key }: GitSetting): boolean {
  return dataSetting.test(key);
}
