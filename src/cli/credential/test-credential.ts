import type { Paths } from "../../base/paths.ts";
import { given } from "../../base/given.ts";
import { readPreferences } from "../../config/preferences.ts";
import { printJson, printLines, printNote } from "../output.ts";
import { toVaultContext } from "../vault-access.ts";
import { VaultboxError } from "../../base/errors.ts";
import { hashPolicy } from "../../policy/file/policy-hash.ts";
import { quoted } from "../../base/printable.ts";
import { toShellWord } from "../../base/shell-word.ts";
import { prepareSession } from "../../session/prepare-session.ts";
import { Session } from "../../session/session.ts";
import { toSessionCredentials } from "../../session/session-credentials.ts";
import { readUpstreamCa, type UpstreamSettings } from "../../session/plan/upstream-settings.ts";
import { findEntry } from "../../vault/change-credentials.ts";
import { type OpenVault, openVaults } from "../../vault/open-vaults.ts";
import type { StoredCredential } from "../../vault/stored-credential.ts";
import { toVaultFlag, type VaultContext } from "../../vault/vault-context.ts";
import { judgeAnswer, type TestResult } from "./answer-meaning.ts";
import {
  findTest,
  isBound,
  notBound,
  send,
  toMethod,
  toPlace,
  withSecond,
} from "./tested-request.ts";

/** One request with the credential, and what came of it. */
export interface CredentialTest extends TestResult {
  readonly vault: string;
  readonly credential: string;
  readonly method: "GET" | "POST";
  /** Without its query, which may hold what is nobody else's business */
  readonly url: string;
  /** Of the answer; missing when there was none */
  readonly status?: number;
  /** Whose audit log has the request */
  readonly session: string;
}

export interface TestFlags extends Pick<UpstreamSettings, "connectTo" | "upstreamCa"> {
  readonly vault: string;
  readonly url?: string;
  readonly json?: boolean;
}

/** Tests a credential, says what came of it, and sets the exit status: 0 when it's accepted. */
export async function printTest(name: string, flags: TestFlags): Promise<void> {
  const context = toVaultContext();
  const { paths, env } = context;
  const { connectTo } = await readPreferences(paths);
  const { vault, url } = flags;
  const upstreamCa = await readUpstreamCa(flags.upstreamCa, { paths, writable: [] });
  const upstream = { connectTo: [...flags.connectTo, ...connectTo], upstreamCa, env };
  const tested = await testCredential(name, { vault, ...given({ url }), paths, context, upstream });
  if (tested.result !== "accepted") process.exitCode = 1;
  if (flags.json === true) return printJson(tested);
  const { line, notes } = toTestLines(tested);
  printLines([line]);
  for (const note of notes) printNote(note);
}

interface CredentialTestOptions {
  readonly vault: string;
  /** Instead of the preset's own request; https */
  readonly url?: string;
  readonly upstream: UpstreamSettings;
  readonly paths: Paths;
  readonly context: VaultContext;
}

const policy = { rules: [], limits: {} };

/**
 * Sends one harmless request with the credential to a place that it's bound to: by the proxy that does so for sandboxes,
 * recorded in an audit log of its own. Nothing of the secret or the answer's body is in the result.
 * @throws VaultboxError VBX_CREDENTIAL_UNKNOWN, VBX_USAGE when no request is known, and all that opening a vault throws
 */
export async function testCredential(
  name: string,
  { vault, url, upstream, paths, context }: CredentialTestOptions,
): Promise<CredentialTest> {
  const [opened] = await openVaults([vault], context);
  if (opened === undefined) throw new Error("a named vault was not opened");
  const stored = findCredential(opened, name);
  const request =
    url === undefined ? await findTest(stored, opened) : { url, headers: {} as const };
  const place = toPlace(request.url);
  const vaults = [{ ...opened, credentials: withSecond(stored, opened), signingKeys: [] }];
  const [credential] = toSessionCredentials(vaults).credentials;
  if (credential === undefined || !isBound(credential, place)) throw notBound(stored, request.url);
  const facts = { kind: "test", command: [], agent: "", workspace: "", writable: [] } as const;
  await using session = await Session.begin(paths, facts);
  const { proxy, audit } = await prepareSession(
    session,
    { policy, vaults, upstream },
    { env: process.env },
  );
  await audit.start({ command: [], policyHash: hashPolicy(policy), vaults: [vault] });
  session.status = 1;
  const { repository } = stored.bindings[0] ?? {};
  const sent = { ...request, ...place, ...(repository === undefined ? {} : { repository }) };
  const answer = await send(proxy, sent);
  const judged = "result" in answer ? answer : judgeAnswer(answer, request);
  const own = judged.hint && forThisTest(judged.hint, { name, vault, url });
  const hint = own ?? toHint(judged, stored, vault);
  session.status = judged.result === "accepted" ? 0 : 1;
  return {
    vault,
    credential: name,
    method: toMethod(request),
    url: request.url.replace(/[?#].*$/s, ""),
    ...judged,
    ...(hint === undefined ? {} : { hint }),
    ...("status" in answer ? { status: answer.status } : {}),
    session: session.state.id,
  };
}

function findCredential(
  { name: vault, credentials, signingKeys }: OpenVault,
  name: string,
): StoredCredential {
  if (signingKeys.some((key) => key.name === name)) {
    throw new VaultboxError("VBX_USAGE", `cannot test ${quoted(name)}: it is a signing key`, {
      hints: [
        `it goes on no request; what it signs with: vaultbox credential show ${name}${toVaultFlag(vault)}`,
      ],
    });
  }
  const entries = credentials.map((credential) => ({ credential }));
  const { credential } = findEntry(vault, entries, name);
  return credential as StoredCredential;
}

/** A remedy for a run, as one for the test that was typed. */
function forThisTest(
  remedy: string,
  {
    name,
    vault,
    url,
  }: { readonly name: string; readonly vault: string; readonly url?: string | undefined },
): string {
  const [, flag] = /^vaultbox run (--connect-to \S+) …$/.exec(remedy) ?? [];
  if (flag === undefined) return remedy;
  const place = url === undefined ? "" : ` --url ${toShellWord(url)}`;
  return `vaultbox credential test ${name}${toVaultFlag(vault)}${place} ${flag}`;
}

/** Where to look when the secret is missing or not taken. */
function toHint(
  { result }: TestResult,
  { name, source }: StoredCredential,
  vault: string,
): string | undefined {
  if (result !== "refused" && result !== "unavailable") return undefined;
  const where = toVaultFlag(vault);
  return source.type === "stored"
    ? `give it a new secret: vaultbox credential rotate ${name}${where}`
    : `see where its secret comes from: vaultbox credential show ${name}${where}`;
}

/** The result as one line, and what to do then. */
export function toTestLines(test: CredentialTest): {
  readonly line: string;
  readonly notes: readonly string[];
} {
  const { credential, meaning, method, url, status, hint, session } = test;
  const answer = status === undefined ? `${method} ${url}` : `${method} ${url} answered ${status}`;
  return {
    line: `credential ${credential} ${meaning} (${answer})`,
    notes: [
      ...(hint === undefined ? [] : [`hint: ${hint}`]),
      `recorded: vaultbox audit show ${session}`,
    ],
  };
}
