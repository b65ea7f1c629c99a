// Before a session starts: whether the agent will find a credential, so that nobody lands in its own login, which could
// not work in a sandbox.
import type { AgentProfile } from "../../agents/agent-profile.ts";
import { findAgentArguments } from "../../agents/detect-command.ts";
import { VaultboxError } from "../../base/errors.ts";
import type { EgressPolicy } from "../../policy/policy.ts";
import { listPresets } from "../../presets/presets.ts";
import { quoted } from "../../base/printable.ts";
import { hasRandomRun } from "../disclosed-secrets.ts";
import type { OpenVault } from "../../vault/open-vaults.ts";
import type { SecretSource } from "../../vault/stored-credential.ts";
import { toVaultFlag } from "../../vault/vault-context.ts";

/** What decides whether the agent of a run will be let in by its model. */
export interface AgentStart {
  readonly command: readonly string[];
  readonly agent: AgentProfile;
  readonly policy: EgressPolicy;
  readonly vaults: readonly OpenVault[];
  /** Whether the settings say that the session has no vault at all */
  readonly usesNoVault: boolean;
  /** Of `--env` and the project file */
  readonly env: Readonly<Record<string, string>>;
  /** `--env` as it was given: a name alone stands for the host's own value */
  readonly flags: readonly string[];
}

/** Who is told what is found, and asked. */
interface Asker {
  readonly say: (text: string) => void;
  /** Missing where nobody can be asked */
  readonly confirm?: ((question: string) => Promise<boolean>) | undefined;
}

/**
 * Goes on when the agent needs no credential or has one; else asks whether to go on without. Warns of real keys that
 * `--env` puts into the sandbox.
 * @throws VaultboxError VBX_CREDENTIAL_UNKNOWN with the command for each credential that would do, VBX_CANCELLED
 */
export async function checkAgentCredential(
  start: AgentStart,
  { say, confirm }: Asker,
): Promise<void> {
  const missing = findMissing(start);
  if (missing === undefined) return toExposedNotes(start).forEach(say);
  if (confirm === undefined) throw missing;
  say(missing.message);
  for (const hint of missing.hints) say(`hint: ${hint}`);
  if (!(await confirm("go on without a credential?"))) {
    throw new VaultboxError("VBX_CANCELLED", "cancelled");
  }
}

/** What is missing, with what to do; undefined when nothing is. */
function findMissing(start: AgentStart): VaultboxError | undefined {
  const { command, agent, vaults, env, policy } = start;
  const { login, executable, npmPackage, name } = agent;
  if (login === undefined || executable === undefined) return undefined;
  const args = findAgentArguments(command, { executable, packageName: npmPackage?.name });
  if (args === undefined) return undefined;
  if (login.asksNothing(args) || passesOwnCredentials(policy, login.host)) return undefined;
  if (goesElsewhere(start)) return undefined;
  const own = login.variables.find((variable) => isSet(env, variable));
  const held = findHeld(vaults, login.variables);
  const unset = own === undefined && held !== undefined ? findUnset(held) : undefined;
  if (unset !== undefined) return toUnsetError(name, unset);
  if (own === undefined && held !== undefined) return undefined;
  const hints =
    own === undefined
      ? login.offers.map(
          ({ preset, what, command: first }) =>
            `${what}: ${first === undefined ? "" : `run ${first} here, then `}${toAddCommand(preset, start)}`,
        )
      : [toExposedHint(own, start, held)];
  const text =
    own === undefined
      ? `no credential for it ${describeSearch(start)}`
      : `requests with the ${own} that --env puts in are refused at ${login.host}`;
  return new VaultboxError("VBX_CREDENTIAL_UNKNOWN", `cannot start ${name}: ${text}`, {
    hints: [...hints, withoutHint],
  });
}

/** The variable that a credential takes its secret from, and that isn't set here. */
function findUnset({ id, source }: HeldCredential): HeldCredential | undefined {
  const isUnset = source.type === "env" && (process.env[source.variable] ?? "") === "";
  return isUnset ? { id, source } : undefined;
}

function toUnsetError(agent: string, { id, source }: HeldCredential): VaultboxError {
  const variable = source.type === "env" ? source.variable : "";
  return new VaultboxError(
    "VBX_CREDENTIAL_INVALID",
    `cannot start ${agent}: the credential ${quoted(id)} takes its secret from ${variable}, which is not set`,
    { hints: [`set ${variable} where you start vaultbox`, withoutHint] },
  );
}

const withoutHint =
  "with a model or gateway of your own it needs none: add --no-agent-credential, or agent_credential: none to vaultbox.yaml";

/** To a gateway or a cloud, which may want a key that vaultbox knows nothing of. */
function goesElsewhere({ agent, env }: AgentStart): boolean {
  return agent.login?.elsewhere.some((variable) => isSet(env, variable)) === true;
}

function isSet(env: AgentStart["env"], variable: string): boolean {
  return (env[variable] ?? "") !== "";
}

interface HeldCredential {
  /** `vault/name` */
  readonly id: string;
  readonly source: SecretSource;
}

/** The credential that the agent finds under one of its variables. */
function findHeld(
  vaults: readonly OpenVault[],
  variables: readonly string[],
): HeldCredential | undefined {
  const held = vaults.flatMap(({ name: vault, credentials }) =>
    credentials
      .filter(({ env }) => env.some((variable) => variables.includes(variable)))
      .map(({ name, source }) => ({ id: `${vault}/${name}`, source })),
  );
  return held[0];
}

function describeSearch({ vaults, usesNoVault }: AgentStart): string {
  if (usesNoVault) return "(vaults: [] says that this session has no vault)";
  const names = vaults.map(({ name }) => quoted(name)).join(", ");
  return names === "" ? "(this session has no vault)" : `in the vault ${names}`;
}

/** The command that stores a credential of that preset where this session looks for one. */
function toAddCommand(preset: string, { vaults, usesNoVault }: AgentStart, flags = ""): string {
  const [vault] = vaults;
  const isTaken = vault?.credentials.some(({ name }) => name === preset) === true;
  const name = isTaken ? `${preset}-2 --preset ${preset}` : preset;
  const where = vault === undefined ? "" : toVaultFlag(vault.name);
  const then = usesNoVault ? ", and start with --vault default" : "";
  return `vaultbox credential add ${name}${flags}${where}${then}`;
}

/** Instead of a key in the sandbox. */
function toExposedHint(
  variable: string,
  start: AgentStart,
  held: HeldCredential | undefined,
): string {
  const { flags } = start;
  if (held !== undefined)
    return `leave --env ${variable} out: the credential ${quoted(held.id)} is used instead`;
  const preset = listPresets().find(({ credential }) => credential?.env.includes(variable));
  const name = preset?.name ?? start.agent.login?.offers[0]?.preset ?? "NAME";
  const carried = preset === undefined ? ` --env ${variable}` : "";
  const isHosts = flags.includes(variable);
  const command = toAddCommand(
    name,
    start,
    `${carried}${isHosts ? ` --from-env ${variable}` : ""}`,
  );
  return `keep it outside: ${command}, and leave --env ${variable} out`;
}

/** Of real keys that a vault would keep out of the sandbox, and that the proxy refuses. */
function toExposedNotes(start: AgentStart): readonly string[] {
  if (goesElsewhere(start)) return [];
  return Object.entries(start.env).flatMap(([variable, value]) => {
    const preset = listPresets().find(({ credential }) => credential?.env.includes(variable));
    const [binding] = preset?.credential?.bindings ?? [];
    if (preset === undefined || binding === undefined) return [];
    const { prefix } = preset.credential?.placeholder ?? { prefix: "" };
    const isKey = hasRandomRun(value) || (prefix !== "" && value.startsWith(prefix));
    if (!isKey || passesOwnCredentials(start.policy, binding.host)) return [];
    const held = findHeld(start.vaults, [variable]);
    const what = `the sandbox sees the value of ${variable}, and requests with it are refused`;
    return [`warning: ${what}; ${toExposedHint(variable, start, held)}`];
  });
}

/** Whether a rule lets credentials of the client's own pass there. */
function passesOwnCredentials({ rules }: EgressPolicy, host: string): boolean {
  return rules.some(
    ({ effect, clientCredentials, host: pattern }) =>
      effect === "allow" &&
      clientCredentials === "pass" &&
      (pattern.kind === "exact" ? pattern.host === host : host.endsWith(`.${pattern.host}`)),
  );
}
