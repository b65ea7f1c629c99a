import { elements, field, parseJson, type RecordedRequest } from "./standin-server.ts";
import { apiHost, type BoxSearch, foreignKey, lastWords, refusedHost } from "./demo-script.ts";
import type { VaultboxResult } from "./demo-step.ts";
import type { SandboxCount } from "./demo-engine.ts";

/** One thing that the demo says of vaultbox, and whether it was so. */
export interface Claim {
  readonly claim: string;
  readonly held: boolean;
  readonly evidence: string;
}

/** What is left of a run to judge it by. */
export interface DemoEvidence {
  readonly run: VaultboxResult;
  readonly requests: readonly RecordedRequest[];
  readonly secret: string;
  readonly box: BoxSearch;
  /** Of `vaultbox audit show --json` */
  readonly auditShow: VaultboxResult;
  readonly auditVerify: VaultboxResult;
  /** What the sandbox had on the engine, at each request to the API */
  readonly inUse: readonly SandboxCount[];
  /** The same after the run */
  readonly left: SandboxCount;
}

export function judge(evidence: DemoEvidence): readonly Claim[] {
  return [
    agentFinished(evidence),
    nothingInside(evidence),
    realKeyOutside(evidence),
    hostRefused(evidence),
    foreignKeyRefused(evidence),
    auditWhole(evidence),
    nothingLeft(evidence),
  ];
}

function agentFinished({ run }: DemoEvidence): Claim {
  return {
    claim: "the agent completed its work in the sandbox",
    held: run.status === 0 && run.stdout.includes(lastWords),
    evidence: `exit status ${run.status}`,
  };
}

function nothingInside({ box }: DemoEvidence): Claim {
  const megabytes = (box.bytes / 1e6).toFixed(1);
  return {
    claim: "the secret is nowhere in the box",
    held: box.secretHits === 0 && box.controlHits > 0,
    evidence:
      box.controlHits === 0
        ? "the search did not even find the placeholder"
        : `${box.secretHits} hits in ${megabytes} MB of environment, processes and files`,
  };
}

function realKeyOutside({ requests, secret }: DemoEvidence): Claim {
  const withKey = requests.filter((request) => request.headers["x-api-key"] === secret);
  const others = requests.length - withKey.length;
  return {
    claim: "the API got the real key, and no other",
    held: withKey.length > 0 && withKey.every(({ authorised }) => authorised) && others === 0,
    evidence: `${withKey.length} requests with the real key, ${others} without`,
  };
}

function hostRefused({ auditShow }: DemoEvidence): Claim {
  const refused = refusals(auditShow).filter((event) => field(event, "host") === refusedHost);
  return {
    claim: "a host that no rule allows is refused",
    held: refused.length > 0,
    evidence: `${refusedHost}: ${reasonsOf(refused)}`,
  };
}

function foreignKeyRefused({ auditShow, requests }: DemoEvidence): Claim {
  const refused = refusals(auditShow).filter(
    (event) => field(event, "host") === apiHost && field(event, "reason") === "foreign-credential",
  );
  const arrived = requests.some((request) => request.headers["x-api-key"] === foreignKey);
  return {
    claim: "another's key is refused on the allowed API",
    held: refused.length > 0 && !arrived,
    evidence: `${apiHost}: ${reasonsOf(refused)}`,
  };
}

function auditWhole({ auditVerify }: DemoEvidence): Claim {
  return {
    claim: "the audit log is complete and unchanged",
    held: auditVerify.status === 0,
    evidence: auditVerify.stdout.trim().split("\n")[0] ?? "",
  };
}

function nothingLeft({ inUse, left }: DemoEvidence): Claim {
  const most = Math.max(0, ...inUse.map(({ containers }) => containers));
  return {
    claim: "nothing of the sandbox is left",
    held: most > 0 && left.containers === 0 && left.volumes === 0,
    evidence: `${most} containers during the run, ${left.containers} and ${left.volumes} volumes after it`,
  };
}

/** The decisions of `audit show --json` that refused. */
function refusals(auditShow: VaultboxResult): readonly unknown[] {
  return elements(field(parseJson(auditShow.stdout), "requests"))
    .map((request) => field(request, "decision"))
    .filter((decision) => field(decision, "verdict") === "deny");
}

function reasonsOf(events: readonly unknown[]): string {
  const reasons = new Set(events.map((event) => String(field(event, "reason"))));
  return reasons.size === 0 ? "no refusal in the audit" : [...reasons].join(", ");
}
