/** What an agent's home files may depend on. */
export interface HomeContext {
  /** Absolute path of HOME in the sandbox */
  readonly home: string;
  /** Absolute path of the workspace in the sandbox */
  readonly workspace: string;
  /** Placeholders of the session's credentials by environment variable; never a secret */
  readonly placeholders: Readonly<Record<string, string>>;
}

/** A file that is put into HOME before the agent starts. */
export interface HomeFile {
  /** Relative to HOME, with `/` */
  readonly path: string;
  readonly mode: 0o600 | 0o644;
  readonly content: string;
  /** What a `--home` volume that has the file already gets; see `mergeHomeFile` */
  readonly existing: "replace" | "merge-json";
}

/** What an agent's machine files may depend on. */
export interface MachineContext {
  /** Absolute path of the workspace in the sandbox */
  readonly workspace: string;
  /** Whether its conversations, and nothing beside them, outlive the session */
  readonly keepsHistory: boolean;
}

/**
 * A file at the agent's place for settings of the machine, read-only. It counts beside the user's own settings in HOME,
 * which the user may mount.
 */
export interface MachineFile {
  /** Absolute */
  readonly path: string;
  readonly content: string;
}

/** Where an agent keeps its conversations, and what of that it needs to go on with one. */
export interface AgentTranscripts {
  /** Relative to HOME, with `/`; all of it is kept for the project's next session */
  readonly folder: string;
  /** Paths in it of all that is a transcript, by the form of each name; everything else is removed before a session */
  readonly forms: readonly TranscriptForm[];
}

/** The names of a path, one expression for each. */
export type TranscriptForm = readonly RegExp[];

/** How an agent's image layer is made: `npm install --global NAME@VERSION`. */
interface NpmPackage {
  readonly name: string;
  /** Version, range or dist-tag; a dist-tag is resolved when the image is built, and again when it's rebuilt */
  readonly version: string;
  /** Whether the package's own install scripts must run for it to start */
  readonly installScripts: boolean;
}

/** What vaultbox knows about one coding agent. Pure data, but for the files. */
export interface AgentProfile {
  readonly name: string;
  readonly summary: string;
  /** Undefined: the agent is whatever the image has */
  readonly npmPackage: NpmPackage | undefined;
  /** Program name in the image; undefined where any command is meant */
  readonly executable: string | undefined;
  /** Whether this command line starts the agent */
  readonly detects: (command: readonly string[]) => boolean;
  /** Presets whose rules the agent needs to work at all */
  readonly presets: readonly string[];
  /** Rule texts beside the presets */
  readonly rules: readonly string[];
  /** Undefined: it's not known to need a credential */
  readonly login: AgentLogin | undefined;
  /** Environment of the agent: quiet, no updates, no sandbox inside ours */
  readonly env: Readonly<Record<string, string>>;
  readonly homeFiles: (context: HomeContext) => readonly HomeFile[];
  readonly machineFiles: (context: MachineContext) => readonly MachineFile[];
  /** Undefined: nothing is known of its conversations, and none is kept */
  readonly transcripts: AgentTranscripts | undefined;
}

/** What an agent's image layer is made of; undefined for an agent that is whatever the image has. */
export function toAgentPackage({ name, executable, npmPackage }: AgentProfile) {
  if (npmPackage === undefined || executable === undefined) return undefined;
  return { name, executable, npmPackage };
}

/** A credential that lets an agent reach its model, as its user gets one. */
interface LoginOffer {
  /** Preset that it's stored by */
  readonly preset: string;
  /** `with an API key of the Anthropic Console (billed by use)` */
  readonly what: string;
  /** The host's command that prints the secret, where there is one */
  readonly command?: string;
}

/** What an agent needs before its model answers. Pure data, but for the command line. */
export interface AgentLogin {
  /** One of these variables with a placeholder is a login that the agent finds by itself */
  readonly variables: readonly string[];
  /** Most usual first */
  readonly offers: readonly LoginOffer[];
  /** Where the credential goes: where a rule lets the client's own pass there, the agent may bring one */
  readonly host: string;
  /** Variables that send the agent to a gateway, a cloud or a model of the user's own */
  readonly elsewhere: readonly string[];
  /** Whether these arguments ask that model nothing: `--version`, a subcommand about settings, a local model */
  readonly asksNothing: (args: readonly string[]) => boolean;
}

/** Arguments after which agents print something and end. */
const informing: ReadonlySet<string> = new Set(["--version", "-v", "-V", "--help", "-h", "help"]);

/** Whether one of the arguments only informs, or the first names one of the subcommands. */
export function isInforming(args: readonly string[], subcommands: ReadonlySet<string>): boolean {
  const [first = ""] = args;
  return subcommands.has(first) || args.some((argument) => informing.has(argument));
}
