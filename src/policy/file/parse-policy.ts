import { given } from "../../base/given.ts";
import type { EntryKind } from "../entry-kind.ts";
import type { VaultboxErrorCode } from "../../base/errors.ts";
import { isReservedVariable } from "../../base/reserved-variables.ts";
import { parseEgress, type EgressEntry } from "./parse-egress.ts";
import type { ImageSettings } from "../image-settings.ts";
import { parseImage } from "./parse-image.ts";
import { parseLimits } from "./parse-limits.ts";
import { parseWorkspace } from "./parse-workspace.ts";
import type { WorkspaceSettings } from "../workspace-settings.ts";
import type { SessionLimits } from "../policy.ts";
import { InvalidFileError, type Problem } from "./problem.ts";
import { parseSigning } from "./parse-signing.ts";
import type { SigningSettings } from "../signing-settings.ts";
import {
  createReader,
  readChoice,
  readEntries,
  readList,
  readMap,
  readString,
  report,
  type Field,
  type FileReader,
} from "./fields.ts";
import { readRoot } from "./yaml-reader.ts";

/** A `--policy` file: what may be reached, and nothing else. */
export interface PolicyFile {
  readonly egress: readonly EgressEntry[];
  readonly limits: SessionLimits;
}

/** `vaultbox.yaml`. */
export interface ProjectFile {
  readonly agent?: string;
  /** `none`: the agent starts although no vault has a credential for it */
  readonly agentCredential?: (typeof agentCredentialChoices)[number];
  readonly vaults?: readonly string[];
  /** Missing when the file says nothing: then only the agent's rules, the user's and flags count */
  readonly egress?: readonly EgressEntry[];
  readonly home: "new" | "project";
  /** Whether the agent's conversations are kept for the project */
  readonly history: "project" | "none";
  readonly limits: SessionLimits;
  readonly image?: ImageSettings;
  /** Values for the sandbox that are no secrets */
  readonly env: Readonly<Record<string, string>>;
  readonly workspace?: WorkspaceSettings;
  readonly signing?: SigningSettings;
}

export const policyFileKeys = ["version", "egress", "limits"] as const;
export const projectFileKeys = [
  "version",
  "agent",
  "agent_credential",
  "vaults",
  "egress",
  "home",
  "history",
  "limits",
  "image",
  "env",
  "workspace",
  "signing",
] as const;
export const agentCredentialChoices = ["required", "none"] as const;
export const homeChoices = ["new", "project"] as const;
export const historyChoices = ["project", "none"] as const;

/** Names of agents and vaults */
const nameShape = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const variableShape = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const secretVariable = /(?:^|_)(?:TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|ACCESS_KEY|PRIVATE_KEY)$/i;

type Fields = Partial<Record<(typeof projectFileKeys)[number], Field>>;

/**
 * Reads a `--policy` file. A file without `egress:` is refused: to allow nothing, it says `egress: []`.
 * @param file how messages and rule sources name it
 * @throws InvalidFileError VBX_POLICY_INVALID with every problem
 */
export function parsePolicyFile(
  content: Uint8Array,
  file: string,
  entryKinds: readonly EntryKind[],
): PolicyFile {
  const reader = createReader(file);
  const root = readRoot(reader, content);
  const fields = root && readMap(reader, root, policyFileKeys);
  if (root === undefined || fields === undefined) throw toError("VBX_POLICY_INVALID", reader);
  readVersion(reader, root, fields);
  if (fields.egress === undefined) {
    report(reader, root, "egress is missing; write egress: [] to allow nothing");
  }
  const egress =
    fields.egress === undefined
      ? []
      : parseEgress(reader, fields.egress, { kind: "file", entryKinds });
  const limits = fields.limits === undefined ? {} : parseLimits(reader, fields.limits);
  if (reader.problems.length > 0) throw toError("VBX_POLICY_INVALID", reader);
  return { egress, limits };
}

/**
 * Reads `vaultbox.yaml`.
 * @param file how messages and rule sources name it
 * @throws InvalidFileError VBX_PROJECT_FILE_INVALID with every problem
 */
export function parseProjectFile(
  content: Uint8Array,
  file: string,
  entryKinds: readonly EntryKind[],
): ProjectFile {
  const reader = createReader(file);
  const root = readRoot(reader, content);
  const fields = root && readMap(reader, root, projectFileKeys);
  if (root === undefined || fields === undefined) throw toError("VBX_PROJECT_FILE_INVALID", reader);
  readVersion(reader, root, fields);
  const agent = readName(reader, fields.agent, nameShape);
  const image = fields.image && parseImage(reader, fields.image);
  const vaults = fields.vaults && readVaults(reader, fields.vaults);
  const egress =
    fields.egress && parseEgress(reader, fields.egress, { kind: "project", entryKinds });
  const { agent_credential: need } = fields;
  const agentCredential = need && readChoice(reader, need, agentCredentialChoices);
  const home = (fields.home && readChoice(reader, fields.home, homeChoices)) ?? "new";
  const history =
    (fields.history && readChoice(reader, fields.history, historyChoices)) ?? "project";
  const limits = fields.limits === undefined ? {} : parseLimits(reader, fields.limits);
  const env = fields.env === undefined ? {} : readEnv(reader, fields.env);
  const workspace = fields.workspace && parseWorkspace(reader, fields.workspace);
  const signing = fields.signing && parseSigning(reader, fields.signing);
  if (reader.problems.length > 0) throw toError("VBX_PROJECT_FILE_INVALID", reader);
  return {
    home,
    history,
    limits,
    env,
    ...given({ agent, agentCredential, image, vaults, egress, workspace, signing }),
  };
}

function readVersion(reader: FileReader, root: Field, fields: Fields): void {
  const { version } = fields;
  if (version === undefined) return report(reader, root, "version is missing; write version: 1");
  const { value } = version;
  if (value.kind === "scalar" && value.value === 1) return;
  report(reader, version, "write version: 1; this vaultbox knows no other");
}

function readName(reader: FileReader, field: Field | undefined, shape: RegExp): string | undefined {
  const text = field && readString(reader, field);
  if (field === undefined || text === undefined || shape.test(text)) return text;
  report(reader, field, "not a valid name");
  return undefined;
}

function readVaults(reader: FileReader, field: Field): readonly string[] {
  const items = readList(reader, field) ?? [];
  return items.flatMap((item) => readName(reader, item, nameShape) ?? []);
}

function readEnv(reader: FileReader, field: Field): Record<string, string> {
  const entries: [string, string][] = [];
  for (const [name, value] of readEntries(reader, field) ?? []) {
    const text = readString(reader, value);
    if (!variableShape.test(name)) {
      report(reader, value, "a variable's name has letters, digits and underscores");
    } else if (isReservedVariable(name, "project")) {
      report(reader, value, "vaultbox sets this variable itself");
    } else if (secretVariable.test(name)) {
      report(reader, value, "looks like a secret; store it: vaultbox credential add NAME");
    } else if (text !== undefined) entries.push([name, text]);
  }
  return Object.fromEntries(entries);
}

function toError(code: VaultboxErrorCode, reader: FileReader): InvalidFileError {
  const problems: readonly Problem[] = reader.problems.toSorted(
    (a, b) => a.line - b.line || a.column - b.column,
  );
  return new InvalidFileError(code, problems);
}
