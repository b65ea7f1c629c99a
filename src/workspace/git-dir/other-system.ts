import { toSpellings } from "./repository-signs.ts";
import { isPlainUrl, isPlainWord } from "./git-setting.ts";

/** A version control system beside git whose programs run what a repository's own settings say. */
export interface OtherSystem {
  readonly name: string;
  /** Name of the repository's folder, in lower case */
  readonly folder: string;
  readonly settings: readonly SettingsFile[];
  /** Of the user, from the home folder: they count in every repository */
  readonly userSettings: readonly string[];
  /** Files that say where a repository's settings or its objects are */
  readonly pointers: readonly PointerFile[];
}

export interface SettingsFile {
  /** From the repository's folder */
  readonly path: string;
  /** Whether an empty one means the same as none, so that the place can be kept when there is none */
  readonly isReserved: boolean;
  /** Settings that run nothing and read nothing, with the values they may have */
  readonly harmless: readonly (readonly [key: RegExp, accepts: (value: string) => boolean])[];
}

export interface PointerFile {
  readonly path: string;
  /** Whether content leads nowhere else */
  readonly isHarmless: (content: string) => boolean;
}

const anything = (): boolean => true;
const nothing = (): boolean => false;
/** Mercurial reads `sharedpath` when one of these is required. */
const isUnshared = (content: string): boolean =>
  !content.split("\n").some((line) => line === "shared" || line === "relshared");
const isHexadecimal = (content: string): boolean => /^[0-9a-f]*$/.test(content);

const mercurialSettings: SettingsFile["harmless"] = [
  [/^paths\.[\w:.-]+$/, isPlainUrl],
  [/^ui\.username$/, anything],
  [/^phases\.[\w-]+$/, isPlainWord],
];

const saplingSettings: SettingsFile["harmless"] = [
  ...mercurialSettings,
  [/^(?:remotefilelog|remotenames|edenapi)\.[\w-]+$/, isPlainUrl],
];

// Sources: hgrc(5), "files"; sapling-scm.com/docs/internals/requires; jj's docs/design/secure-config.md and
// lib/src/secure_config.rs (0.37 and later keep them with the user, and take over what lies here once);
// darcs.net/Using/Configuration, posthook; pijul.org/manual/configuration.html, hooks; "bzr help configuration".
export const otherSystems: readonly OtherSystem[] = [
  {
    name: "Mercurial",
    folder: ".hg",
    userSettings: [".hgrc", ".config/hg/hgrc"],
    settings: [
      { path: "hgrc", isReserved: true, harmless: mercurialSettings },
      { path: "hgrc-not-shared", isReserved: true, harmless: mercurialSettings },
    ],
    pointers: [
      // Without this word in it `sharedpath` isn't read
      { path: "requires", isHarmless: isUnshared },
      { path: "sharedpath", isHarmless: nothing },
    ],
  },
  {
    name: "Sapling",
    folder: ".sl",
    userSettings: [".slconfig", ".config/sapling/sapling.conf"],
    settings: [{ path: "config", isReserved: true, harmless: saplingSettings }],
    pointers: [
      { path: "requires", isHarmless: isUnshared },
      { path: "sharedpath", isHarmless: nothing },
    ],
  },
  {
    name: "Jujutsu",
    folder: ".jj",
    userSettings: [".jjconfig.toml", ".config/jj/config.toml"],
    settings: ["repo/config.toml", "workspace-config.toml"].map((path) => ({
      path,
      isReserved: false,
      harmless: [
        [/^user\.(?:name|email)$/, anything],
        [/^revset-aliases\..+$/s, anything],
        [/^git\.(?:fetch|push|colocate|private-commits|push-bookmark-prefix)$/, anything],
        [/^remotes\.[\w-]+\.auto-track-bookmarks$/, anything],
        [/^snapshot\.(?:max-new-file-size|auto-track)$/, anything],
      ],
    })),
    pointers: [
      {
        path: "repo/store/git_target",
        isHarmless: (content) => content === "git" || content === "../../../.git",
      },
      { path: "repo/config-id", isHarmless: isHexadecimal },
      { path: "workspace-config-id", isHarmless: isHexadecimal },
    ],
  },
  {
    name: "Darcs",
    folder: "_darcs",
    userSettings: [".darcs/defaults"],
    settings: ["prefs/defaults", "prefs/prefs"].map((path) => ({
      path,
      isReserved: true,
      harmless: [],
    })),
    pointers: [],
  },
  {
    name: "Pijul",
    folder: ".pijul",
    userSettings: [".config/pijul/config.toml", ".pijulconfig"],
    settings: [
      {
        path: "config",
        isReserved: true,
        harmless: [[/^(?:default_remote|remotes\.[\w-]+)$/, isPlainUrl]],
      },
    ],
    pointers: [],
  },
  {
    name: "Breezy",
    folder: ".bzr",
    userSettings: [".config/breezy/breezy.conf", ".bazaar/bazaar.conf"],
    settings: [
      {
        path: "branch/branch.conf",
        isReserved: false,
        harmless: [
          [/^(?:parent|push|submit|public|bound)_(?:location|branch)$/, isPlainUrl],
          [/^(?:nickname|append_revisions_only|bound)$/, isPlainWord],
        ],
      },
    ],
    pointers: [],
  },
];

/** Sapling in a repository of git's, whose folder has its settings in one of its own. */
export const saplingInGit: OtherSystem = {
  name: "Sapling",
  folder: ".git",
  userSettings: [],
  settings: [{ path: "sl/config", isReserved: false, harmless: saplingSettings }],
  pointers: [],
};

const anyFolder = toSpellings(...otherSystems.map(({ folder }) => folder));
const byFolder = otherSystems.map((system) => ({ system, spelled: toSpellings(system.folder) }));

/** The system whose repository a folder of this name is. */
export function findOtherSystem(name: string): OtherSystem | undefined {
  if (!anyFolder.test(name)) return undefined;
  return byFolder.find(({ spelled }) => spelled.test(name))?.system;
}
