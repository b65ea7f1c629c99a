import type { Paths } from "../config/paths.ts";
import { VaultboxError } from "../errors.ts";
import { compilePolicy, decide } from "../policy/decide.ts";
import type { GitRule } from "../policy/git-rule.ts";
import { describeGitRule, formatGitUrl } from "../policy/git-rule-text.ts";
import { formatRule } from "../policy/parse-rule.ts";
import { toRequiredPaths } from "../policy/other-path.ts";
import type { EgressPolicy, EgressRequest } from "../policy/policy.ts";
import type { RuleSource } from "../policy/rule-source.ts";
import { coversRepository } from "../policy/repository-name.ts";
import { parseAuthority } from "../proxy/authority.ts";
import { bindingsFor, createBoundHosts } from "../proxy/credential/bound-hosts.ts";
import { parseHeaderLines } from "../proxy/http1/request-head.ts";
import { refuseImpossible } from "../proxy/impossible-request.ts";
import { Refusal } from "../proxy/refusal.ts";
import { readSecondResources } from "../proxy/second-resource.ts";
import type { SessionCredential } from "../proxy/session-credential.ts";
import { parseTarget } from "../proxy/target.ts";
import { openVaults } from "../vault/open-vaults.ts";
import type { Asked, DoorVerdict } from "./explain-door.ts";
import { toVaultContext } from "./vault-access.ts";
import { resolveSessionPolicy, type SessionPolicyOptions } from "./session-policy.ts";

/** What would happen to one request. */
export interface Explanation {
  readonly request: EgressRequest;
  /** `depends`: the body decides, or which repository the forge says it is, by the git entries of the repository */
  readonly verdict: "allow" | "deny" | "depends";
  readonly reason: string | null;
  /** Text of the rule that decided */
  readonly rule: string | null;
  readonly source: RuleSource | null;
  /** `owner/name`, where git entries decided */
  readonly repository: string | null;
  /** In words: why, or what the entries of the repository allow */
  readonly detail: readonly string[];
  /** `vault/name` of the credential that would be attached; null for none */
  readonly credential: string | null;
}

/** A request as the user writes it. */
export interface WantedRequest {
  readonly method: string;
  readonly url: string;
  /** `Name: value` */
  readonly headers: readonly string[];
  /** Names; none is those of the session */
  readonly vaults: readonly string[];
}

/**
 * Decides a request as the proxy would, with the same parsers and doors, and names the credential it would attach.
 * @throws VaultboxError VBX_USAGE for what the proxy would refuse as invalid; those of the policy and the vaults
 */
export async function explainRequest(
  wanted: WantedRequest,
  options: SessionPolicyOptions,
  paths: Paths,
): Promise<Explanation> {
  const asked = readRequest(wanted);
  const session = await resolveSessionPolicy(options, paths);
  const found = await explainGround(session.policy, asked, paths);
  if (found.verdict === "deny") return { ...found, credential: null };
  const { projectFile, preferences } = session;
  const names =
    wanted.vaults.length > 0 ? wanted.vaults : (projectFile?.project.vaults ?? preferences.vaults);
  const { request, repository } = found;
  const place = repository === null ? request : { ...request, repository };
  return { ...found, credential: findCredential(place, await listCredentials(names)) };
}

/** A prohibition, then the doors of git entries, then host rules: as proxy/ground.ts has it. */
async function explainGround(
  policy: EgressPolicy,
  asked: Asked,
  paths: Paths,
): Promise<Omit<Explanation, "credential">> {
  const { request } = asked;
  const decision = decide(policy, request);
  const isAllowed = decision.verdict === "allow";
  const byRule = {
    request,
    verdict: decision.verdict,
    reason: decision.verdict === "deny" ? decision.reason : null,
    rule: decision.rule === undefined ? null : formatRule(decision.rule),
    source: decision.rule?.source ?? null,
    repository: null,
    detail: decision.verdict === "deny" ? toOtherDetail(decision.other) : [],
  };
  const isProhibited = decision.verdict === "deny" && decision.reason === "denied-by-rule";
  if (policy.git === undefined || isProhibited) return byRule;
  const { explainDoor } = await import("./explain-door.ts");
  const parts = { ...asked, isAllowed, gitCacheFolder: paths.git };
  const answer = await explainDoor(compilePolicy(policy), parts);
  if (answer.verdict === "host-rules") return byRule;
  const { repository = null, label } = answer;
  const entry = policy.git.find(
    (rule) =>
      rule.source.label === label &&
      (repository === null || coversRepository(rule.repository, repository)),
  );
  return {
    request,
    verdict: answer.verdict,
    reason: answer.verdict === "deny" ? answer.reason : null,
    rule: entry === undefined ? null : `git: ${formatGitUrl(entry)}`,
    source: entry?.source ?? null,
    repository,
    detail: toDetail(answer, entry),
  };
}

/** What is refused beside the request line. */
function toOtherDetail(
  other: Pick<EgressRequest, "method" | "path"> | undefined,
): readonly string[] {
  return other === undefined ? [] : [`it does what ${other.method} ${other.path} would do`];
}

function toDetail(answer: DoorVerdict, entry: GitRule | undefined): readonly string[] {
  if (answer.verdict === "deny") return answer.why === "" ? [] : [answer.why];
  return answer.verdict === "depends" && entry !== undefined ? describeGitRule(entry) : [];
}

/** Reads the request with the proxy's own parsers; `wss://` asks for a WebSocket. */
function readRequest({ method, url, headers: lines }: WantedRequest): Asked {
  const websocket = /^wss?:/i.test(url);
  try {
    if (!/^[A-Z][A-Z-]*$/.test(method) || method === "CONNECT") {
      throw new VaultboxError("VBX_USAGE", `invalid method "${method}": write it in upper case`);
    }
    const target = parseTarget(method, url.replace(/^ws(s?):/i, "http$1:"));
    const { scheme, authorityText, path } = target;
    if (scheme === undefined || authorityText === undefined) {
      throw new VaultboxError("VBX_USAGE", `invalid URL "${url}": write it whole, with https://`);
    }
    const authority = parseAuthority(authorityText, scheme, scheme === "https" ? 443 : 80);
    const { host, port } = authority;
    const head = { method, headers: parseHeaderLines(lines, 0) };
    refuseImpossible(head, target, authority);
    const others = readSecondResources({ head, authority, target });
    const request = { scheme, host, port, method, path, websocket };
    return {
      request: others.length === 0 ? request : { ...request, others },
      authority,
      target,
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new VaultboxError("VBX_USAGE", error.message, { cause: error });
  }
}

function findCredential(
  request: EgressRequest & { readonly repository?: string },
  credentials: readonly SessionCredential[],
): string | null {
  const boundHost = createBoundHosts(credentials)(request.host);
  const otherPaths = toRequiredPaths(request.others);
  const [first] = boundHost === undefined ? [] : bindingsFor(boundHost, { ...request, otherPaths });
  return first === undefined ? null : `${first.credential.vault}/${first.credential.name}`;
}

async function listCredentials(names: readonly string[]): Promise<readonly SessionCredential[]> {
  const vaults = await openVaults(names, toVaultContext());
  return vaults.flatMap((vault) =>
    vault.credentials.map(({ name, bindings }) => ({
      name,
      vault: vault.name,
      bindings,
      placeholder: "",
      reveal: () => Promise.reject(new Error("an explanation reads no secret")),
    })),
  );
}
