import { VaultboxError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { findPreset } from "../../presets/presets.ts";
import { type TestRequest, toTestRequest } from "../../presets/test-request.ts";
import { type Authority, parseAuthority } from "../../http/authority.ts";
import { bindingsFor, createBoundHosts } from "../../credential/bound-hosts.ts";
import type { OwnResponse } from "../../http/handler.ts";
import type { ProxyServer } from "../../proxy/proxy-server.ts";
import { Refusal } from "../../http/refusal.ts";
import type { SessionCredential } from "../../credential/session-credential.ts";
import { type OpenVault } from "../../vault/open-vaults.ts";
import type { StoredCredential } from "../../vault/stored-credential.ts";
import { toVaultFlag } from "../../vault/vault-context.ts";
import { type TestAnswer, type TestResult } from "./answer-meaning.ts";
import { toBindingText } from "./describe.ts";

/** Bytes of an answer that are looked at where its status doesn't tell. */
const maxBodyBytes = 64 * 1024;
/** The preset's own request. Where there is none, its secret is read all the same: it may be what fails. */
export async function findTest(
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

interface TestPlace {
  readonly authority: Authority;
  /** Path and query */
  readonly target: string;
}

/** @throws VaultboxError VBX_USAGE */
export function toPlace(url: string): TestPlace {
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

export function isBound(credential: SessionCredential, { authority, target }: TestPlace): boolean {
  const { host, port, scheme } = authority;
  const bound = createBoundHosts([credential])(host);
  const [{ repository } = {}] = credential.bindings;
  const path = target.replace(/\?.*$/s, "");
  const about = repository === undefined ? {} : { repository };
  return bound !== undefined && bindingsFor(bound, { scheme, port, path, ...about }).length > 0;
}

/** The credential, and the one that its service wants beside it. */
export function withSecond(
  tested: StoredCredential,
  vault: OpenVault,
): readonly StoredCredential[] {
  const beside =
    tested.preset === undefined ? undefined : findPreset(tested.preset).credential?.test?.beside;
  if (beside === undefined) return [tested];
  return [tested, ...vault.credentials.filter(({ preset }) => preset === beside)];
}

export function notBound({ name, bindings }: StoredCredential, url: string): VaultboxError {
  const where = bindings.map(toBindingText).join(", ");
  const text = `cannot test ${quoted(name)} at ${quoted(new URL(url).host)}: it is for ${where}`;
  return new VaultboxError("VBX_USAGE", text, {
    hints: ["name a --url of a place that it is for"],
  });
}

export function toMethod({ body }: Pick<TestRequest, "body">): "GET" | "POST" {
  return body === undefined ? "GET" : "POST";
}

/** @throws Error of a bug only: what can go wrong on the way is a result */
export async function send(
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
