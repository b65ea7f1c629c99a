import type { Forge } from "../repository-call.ts";
import type { RuleSource } from "../../policy/policy.ts";

/** `git:` of the project file, or `--git`: what may be done with a repository, by whatever way a request takes. */
export interface GitRule {
  readonly forge: Forge;
  readonly scheme: "https" | "http";
  /** Canonical host of the clone URL */
  readonly host: string;
  readonly port: number;
  /** `acme/widgets` without `.git`, or `acme/*` for every repository of an owner; compared without case */
  readonly repository: string;
  readonly read: boolean;
  /** Undefined: nothing may be pushed */
  readonly push: PushGrant | undefined;
  /** Each step includes the ones before it */
  readonly pulls: "none" | "comment" | "create" | "merge";
  /** Hosts where LFS objects may be stored, beside the git host itself */
  readonly lfsHosts: readonly string[];
  /**
   * Whether host rules may not widen it: true for what a user wrote, false for the reading of the work tree's own
   * remote that `run` adds by itself
   */
  readonly exclusive: boolean;
  readonly source: RuleSource;
}

/** What a push may do; everything not said is refused. */
export interface PushGrant {
  /** Full ref patterns: `refs/heads/agent/*`; `*` within a segment, `**` any number of segments */
  readonly refs: readonly string[];
  /** Whether refs may be created */
  readonly create: boolean;
  /** Whether commits may be taken out of a branch */
  readonly force: boolean;
  readonly delete: boolean;
  /** Whether `refs` covers `refs/tags/` too, by the same names */
  readonly tags: boolean;
  readonly maxPackBytes: number;
  /** Path patterns that no pushed commit may change; matched without case */
  readonly denyPaths: readonly string[];
}

/** Bytes of one push's pack when the rule says nothing. */
export const defaultMaxPackBytes = 100_000_000;
