import { createHash } from "node:crypto";
import type { GitRule, PushGrant } from "../../git/entry/git-rule.ts";
import type { EgressPolicy, Rule } from "../policy.ts";
import { toComparableRepository } from "../../base/repository-name.ts";

/**
 * SHA-256, hex, of the policy's canonical JSON. Order and origin of the rules make no difference: the hash names what a
 * session may do, not where that was written.
 */
export function hashPolicy(policy: EgressPolicy): string {
  const rules = [...new Set(policy.rules.map(toCanonicalJson))].toSorted();
  const entries = [...new Set(policy.git?.map(toCanonicalGitJson))].toSorted();
  // Left out where there is none: a policy without repositories keeps its hash
  const git = entries.length === 0 ? "" : `"git":[${entries.join(",")}],`;
  const { durationMs, requests, requestsPerMinute, uploadBytes } = policy.limits;
  const limits = JSON.stringify({ durationMs, requests, requestsPerMinute, uploadBytes });
  return createHash("sha256")
    .update(`{${git}"limits":${limits},"rules":[${rules.join(",")}]}`)
    .digest("hex");
}

function toCanonicalGitJson(rule: GitRule): string {
  const { exclusive, forge, host, lfsHosts, port, pulls, push, read, repository, scheme } = rule;
  return JSON.stringify({
    exclusive,
    forge,
    host,
    lfsHosts: lfsHosts.toSorted(),
    port,
    pulls,
    push: push === undefined ? null : toCanonicalGrant(push),
    read,
    repository: toComparableRepository(repository) ?? repository,
    scheme,
  });
}

function toCanonicalGrant(push: PushGrant): PushGrant {
  const { create, delete: remove, denyPaths, force, maxPackBytes, refs, tags } = push;
  return {
    create,
    delete: remove,
    denyPaths: denyPaths.toSorted(),
    force,
    maxPackBytes,
    refs: refs.toSorted(),
    tags,
  };
}

function toCanonicalJson(rule: Rule): string {
  const { clientCredentials, effect, host, methods, path, port, scheme, websocket } = rule;
  return JSON.stringify({
    clientCredentials,
    effect,
    host: { host: host.host, kind: host.kind },
    methods: methods === "any" ? methods : methods.toSorted(),
    path: path === "any" ? path : path.segments.join("/"),
    port,
    scheme,
    websocket,
  });
}
