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
