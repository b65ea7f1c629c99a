import type { EntryKind } from "../entry-kind.ts";
import type { VaultboxErrorCode } from "../../base/errors.ts";
import { isReservedVariable } from "../../base/reserved-variables.ts";
import { parseDuration, parseSize } from "../../base/units.ts";
import { parseEgress, type EgressEntry } from "./parse-egress.ts";
import { parseImage, type ImageSettings } from "../image-settings.ts";
import { parseWorkspace, type WorkspaceSettings } from "../workspace-settings.ts";
import type { SessionLimits } from "../policy.ts";
import { InvalidFileError } from "./problem.ts";
import { parseSigning, type SigningSettings } from "../signing-settings.ts";
import {
  readChoice,
  readCount,
  readEntries,
  readList,
  readMap,
  readParsed,
  readShaped,
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
  readonly agent?: string | undefined;
  /** `none`: the agent starts although no vault has a credential for it */
  readonly agentCredential?: (typeof agentCredentialChoices)[number] | undefined;
  readonly vaults?: readonly string[] | undefined;
  /** Missing when the file says nothing: then only the agent's rules, the user's and flags count */
  readonly egress?: readonly EgressEntry[] | undefined;
  readonly home: "new" | "project";
  /** Whether the agent's conversations are kept for the project */
  readonly history: "project" | "none";
  readonly limits: SessionLimits;
  readonly image?: ImageSettings | undefined;
  /** Values for the sandbox that are no secrets */
  readonly env: Readonly<Record<string, string>>;
  readonly workspace?: WorkspaceSettings | undefined;
  readonly signing?: SigningSettings | undefined;
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

export const limitKeys = ["duration", "requests", "upload", "requests_per_minute"] as const;
/** Highest count that a limit may name */
export const maxLimitCount = 1_000_000_000;

/** Names of agents and vaults */
const nameShape = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const variableShape = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const secretVariable = /(?:^|_)(?:TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|ACCESS_KEY|PRIVATE_KEY)$/i;

/**
 * Reads a `--policy` file. A file without `egress:` is refused: to allow nothing, it says `egress: []`.
 * @param name how messages and rule sources name it
 * @throws InvalidFileError VBX_POLICY_INVALID with every problem
 */
export function parsePolicyFile(
  content: Uint8Array,
  name: string,
  entryKinds: readonly EntryKind[],
): PolicyFile {
  return parseFile(
    content,
    { name, keys: policyFileKeys, code: "VBX_POLICY_INVALID" },
    (fields, root) => {
      const { egress, limits } = fields;
      if (egress === undefined)
        report(root, "egress is missing; write egress: [] to allow nothing");
      return {
        egress: parseEgress(egress, { kind: "file", entryKinds }) ?? [],
        limits: parseLimits(limits),
      };
    },
  );
}

/**
 * Reads `vaultbox.yaml`.
 * @param name how messages and rule sources name it
 * @throws InvalidFileError VBX_PROJECT_FILE_INVALID with every problem
 */
export function parseProjectFile(
  content: Uint8Array,
  name: string,
  entryKinds: readonly EntryKind[],
): ProjectFile {
  const file = { name, keys: projectFileKeys, code: "VBX_PROJECT_FILE_INVALID" } as const;
  return parseFile(content, file, ({ image, workspace, signing, ...fields }) => ({
    agent: readName(fields.agent),
    image: image && parseImage(image),
    vaults: readList(fields.vaults, readName),
    egress: parseEgress(fields.egress, { kind: "project", entryKinds }),
    agentCredential: readChoice(fields.agent_credential, agentCredentialChoices),
    home: readChoice(fields.home, homeChoices) ?? "new",
    history: readChoice(fields.history, historyChoices) ?? "project",
    limits: parseLimits(fields.limits),
    env: readEnv(fields.env),
    workspace: workspace && parseWorkspace(workspace),
    signing: signing && parseSigning(signing),
  }));
}

/** What both files have in common: a mapping with a version, of which every problem is told. */
function parseFile<Key extends string, Result>(
  content: Uint8Array,
  place: {
    readonly name: string;
    readonly keys: readonly (Key | "version")[];
    readonly code: VaultboxErrorCode;
  },
  read: (fields: Partial<Record<Key, Field>>, root: Field) => Result,
): Result {
  const file: FileReader = { name: place.name, problems: [] };
  const root = readRoot(file, content);
  const fields = readMap(root, place.keys);
  if (root === undefined || fields === undefined) throw toError(place.code, file);
  checkVersion(root, fields.version);
  const result = read(fields, root);
  if (file.problems.length > 0) throw toError(place.code, file);
  return result;
}

function checkVersion(root: Field, version: Field | undefined): void {
  if (version === undefined) return report(root, "version is missing; write version: 1");
  const { value } = version;
  if (value.kind === "scalar" && value.value === 1) return;
  report(version, "write version: 1; this vaultbox knows no other");
}

function parseLimits(field: Field | undefined): SessionLimits {
  const limits = readMap(field, limitKeys) ?? {};
  return {
    durationMs: readParsed(limits.duration, parseDuration),
    uploadBytes: readParsed(limits.upload, parseSize),
    requests: readCount(limits.requests, maxLimitCount),
    requestsPerMinute: readCount(limits.requests_per_minute, maxLimitCount),
  };
}

function readName(field: Field | undefined): string | undefined {
  return readShaped(field, nameShape, "not a valid name");
}

function readEnv(field: Field | undefined): Record<string, string> {
  const entries: [string, string][] = [];
  for (const [name, value] of readEntries(field) ?? []) {
    const text = readString(value);
    if (!variableShape.test(name)) {
      report(value, "a variable's name has letters, digits and underscores");
    } else if (isReservedVariable(name, "project")) {
      report(value, "vaultbox sets this variable itself");
    } else if (secretVariable.test(name)) {
      report(value, "looks like a secret; store it: vaultbox credential add NAME");
    } else if (text !== undefined) entries.push([name, text]);
  }
  return Object.fromEntries(entries);
}

function toError(code: VaultboxErrorCode, { problems }: FileReader): InvalidFileError {
  const inOrder = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  return new InvalidFileError(code, inOrder);
}
