import type { Paths } from "../../base/paths.ts";
import { VaultboxError } from "../../base/errors.ts";
import { hashPolicy } from "../../policy/file/policy-hash.ts";
import { quoted } from "../../base/printable.ts";
import { findPreset } from "../../presets/presets.ts";
import { type TestRequest, toTestRequest } from "../../presets/test-request.ts";
import { type Authority, parseAuthority } from "../../http/authority.ts";
import { bindingsFor, createBoundHosts } from "../../credential/bound-hosts.ts";
import type { OwnResponse } from "../../http/handler.ts";
import type { ProxyServer } from "../../proxy/proxy-server.ts";
import { Refusal } from "../../http/refusal.ts";
import type { SessionCredential } from "../../credential/session-credential.ts";
import { toShellWord } from "../../base/shell-word.ts";
import { prepareSession } from "../../session/prepare-session.ts";
import { Session } from "../../session/session.ts";
import { toSessionCredentials } from "../../session/session-credentials.ts";
import type { UpstreamSettings } from "../../session/plan/upstream-settings.ts";
import { findEntry } from "../../vault/change-credentials.ts";
import { type OpenVault, openVaults } from "../../vault/open-vaults.ts";
import type { StoredCredential } from "../../vault/stored-credential.ts";
import { type VaultContext, toVaultFlag } from "../../vault/vault-context.ts";
import { judgeAnswer, type TestAnswer, type TestResult } from "./answer-meaning.ts";
import { toBindingText } from "./describe.ts";

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

export interface CredentialTestOptions {
  readonly vault: string;
  /** Instead of the preset's own request; https */
  readonly url?: string;
  readonly upstream: UpstreamSettings;
  readonly paths: Paths;
  readonly context: VaultContext;
}

/** Bytes of an answer that are looked at where its status doesn't tell. */
const maxBodyBytes = 64 * 1024;
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

/** The preset's own request. Where there is none, its secret is read all the same: it may be what fails. */
async function findTest(
  stored: StoredCredential,
  { name: vault, reveal }: Pick<OpenVault, "name" | "reveal">,
): Promise<TestRequest> {
  const { name, preset, bindings } = stored;
  const [first] = bindings;
  const request = preset && first && toTestRequest(findPreset(preset), first);
  if (request) return request;
  await reveal(name);
  const host = first?.host.replace(/^\*\./, "HOST.") ?? "HOST";
  const path = first?.pathPrefix === "/" ? "/PATH" : `${first?.pathPrefix ?? ""}/PATH`;
  const port = first === undefined || first.port === 443 ? "" : `:${first.port}`;
  const command = `vaultbox credential test ${name}${toVaultFlag(vault)} --url https://${host}${port}${path}`;
  throw new VaultboxError(
    "VBX_USAGE",
    `cannot test ${quoted(name)}: vaultbox knows no request that does no harm at ${quoted(host)}`,
    { hints: [`name one: ${command}`] },
  );
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

interface TestPlace {
  readonly authority: Authority;
  /** Path and query */
  readonly target: string;
}

/** @throws VaultboxError VBX_USAGE */
function toPlace(url: string): TestPlace {
  const fail = (why: string): never => {
    // Not repeated: who puts a token into a URL must not see it printed
    throw new VaultboxError("VBX_USAGE", `cannot use this --url: ${why}`, {
      hints: ["write it as in --url https://api.example.com/v1/me"],
    });
  };
  const parsed = URL.canParse(url) ? new URL(url) : fail("it is no absolute URL");
  if (parsed.protocol !== "https:") fail("a credential goes on https only");
  if (parsed.username !== "" || parsed.password !== "") fail("it holds a user name or password");
  try {
    const authority = parseAuthority(parsed.host, "https", 443);
    return { authority, target: parsed.pathname + parsed.search };
  } catch (error) {
    return fail(error instanceof Refusal ? error.message : "it names no host");
  }
}

function isBound(credential: SessionCredential, { authority, target }: TestPlace): boolean {
  const { host, port, scheme } = authority;
  const bound = createBoundHosts([credential])(host);
  const [{ repository } = {}] = credential.bindings;
  const path = target.replace(/\?.*$/s, "");
  const about = repository === undefined ? {} : { repository };
  return bound !== undefined && bindingsFor(bound, { scheme, port, path, ...about }).length > 0;
}

/** The credential, and the one that its service wants beside it. */
function withSecond(tested: StoredCredential, vault: OpenVault): readonly StoredCredential[] {
  const beside =
    tested.preset === undefined ? undefined : findPreset(tested.preset).credential?.test?.beside;
  if (beside === undefined) return [tested];
  return [tested, ...vault.credentials.filter(({ preset }) => preset === beside)];
}

function notBound({ name, bindings }: StoredCredential, url: string): VaultboxError {
  const where = bindings.map(toBindingText).join(", ");
  const text = `cannot test ${quoted(name)} at ${quoted(new URL(url).host)}: it is for ${where}`;
  return new VaultboxError("VBX_USAGE", text, {
    hints: ["name a --url of a place that it is for"],
  });
}

function toMethod({ body }: Pick<TestRequest, "body">): "GET" | "POST" {
  return body === undefined ? "GET" : "POST";
}

/** @throws Error of a bug only: what can go wrong on the way is a result */
async function send(
  proxy: ProxyServer,
  request: TestRequest & TestPlace & { readonly repository?: string },
): Promise<TestAnswer | TestResult> {
  const { authority, target, headers, body, repository, acceptedBy } = request;
  try {
    await using response = await proxy.send({
      authority,
      target,
      method: toMethod(request),
      headers: [
        ["User-Agent", "vaultbox"],
        ["Accept", "application/json"],
        ["Accept-Encoding", "identity"],
        ...(body === undefined ? [] : [["Content-Type", "application/json"] as const]),
        ...Object.entries(headers),
      ],
      rule: "credential test",
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
      ...(repository === undefined ? {} : { repository }),
    });
    const { status } = response.head;
    return { status, body: acceptedBy === undefined ? "" : await readBeginning(response) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const isUnavailable = error.reason === "credential-unavailable";
    const what = isUnavailable ? "has no secret to send" : "could not be tested";
    const result = isUnavailable ? "unavailable" : "unreachable";
    // A credential that can't be read has this test as its remedy
    const hint = isUnavailable ? undefined : error.remedy;
    return { result, meaning: `${what}: ${error.message}`, ...(hint && { hint }) };
  }
}

async function readBeginning(response: OwnResponse): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for (let piece = await response.next(); piece !== undefined; piece = await response.next()) {
    pieces.push(piece);
    length += piece.length;
    if (length > maxBodyBytes) break;
  }
  return Buffer.concat(pieces).toString("utf8");
}
