import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as gitCache from "../../../src/git-cache/limits.ts";
import { maxNodeIds } from "../../../src/git/github/node-facts.ts";
import { maxObjectBytes, maxParents } from "../../../src/git/signature/commit-object.ts";
import { maxPublicKeyBytes } from "../../../src/git/signature/ssh-key.ts";
import { maxAdvertisementBytes } from "../../../src/git/wire/advertisement.ts";
import { pushRequestLimits } from "../../../src/git/wire/push-update.ts";
import { maxGitPatterns } from "../../../src/policy/git-options.ts";
import { defaultMaxPackBytes } from "../../../src/policy/git-rule.ts";
import { maxProjectBytes } from "../../../src/proxy/doors/api/gitlab-projects.ts";
import { maxGrantMs } from "../../../src/proxy/doors/lfs/lfs-grants.ts";
import { maxSignaturesPerHour } from "../../../src/proxy/doors/signing/signature-rate.ts";

const page = readFileSync(new URL("../../../docs/limitations.md", import.meta.url), "utf8");
const rows = new Map(
  page.split("\n").flatMap((line) => {
    const [, what, limit] = /^\| (.+?) \| (.+) \|$/.exec(line) ?? [];
    return what === undefined || limit === undefined ? [] : [[what, limit] as const];
  }),
);

const count = (value: number): string => value.toLocaleString("en-US");
const binary = (bytes: number): string => {
  if (bytes % 1024 ** 3 === 0) return `${bytes / 1024 ** 3} GiB`;
  return bytes % 1024 ** 2 === 0 ? `${bytes / 1024 ** 2} MiB` : `${bytes / 1024} KiB`;
};
const minutes = (ms: number): string => `${ms / 60_000} min`;
const { maxCommands, maxCommandBytes, maxPushOptions, maxPushOptionBytes } = pushRequestLimits;

test.each([
  ["refs in one push", `${maxCommands}, in ${binary(maxCommandBytes)}`],
  ["push options in one push", `${maxPushOptions}, in ${binary(maxPushOptionBytes)}`],
  ["a pack, when the entry says nothing", `${count(defaultMaxPackBytes)} bytes`],
  ["an upstream's list of refs", binary(maxAdvertisementBytes)],
  ["a GraphQL document", `${maxNodeIds} node ids`],
  ["the description of a repository, from GitHub or GitLab", binary(maxProjectBytes)],
  ["tokens for LFS transfers in one session", `${maxGrantMs / 3_600_000} hours`],
  ["patterns in one list of an entry", count(maxGitPatterns)],
  ["pushes that are looked into, of one session", `${gitCache.maxPushesAtOnce} at a time`],
  ["memory of one git process, on Linux", binary(gitCache.maxGitMemoryBytes)],
  ["processor time of one git process, on Linux", `${gitCache.maxGitCpuSeconds} s`],
  ["taking a pack in, beside the client's time for sending it", minutes(gitCache.maxIndexMs)],
  [
    "one question to git; all questions about one push",
    `${minutes(gitCache.maxQueryMs)}; ${minutes(gitCache.maxInquiryMs)}`,
  ],
  ["objects in a pack", count(gitCache.maxPackObjects)],
  [
    "commits and tags in a pushed pack; their parents together",
    `${count(gitCache.maxPackCommits)}; ${count(gitCache.maxPackParents)}`,
  ],
  ["a commit up to the end of its parents", binary(gitCache.maxCommitHeadBytes)],
  ["pairs of trees that are compared for one push", count(gitCache.maxTreePairs)],
  ["a pack from the upstream", binary(gitCache.maxFetchedBytes)],
  [
    "the cache of one repository",
    `${binary(gitCache.maxCacheBytes)} and ${gitCache.maxCachePacks} packs`,
  ],
  ["signatures", `${maxSignaturesPerHour} in an hour`],
  ["an object that is signed", `${binary(maxObjectBytes)}, with ${maxParents} parents`],
  ["a public key; the file of a private one", binary(maxPublicKeyBytes)],
])("the page of limits has the code's figure for: %s", (what, figure) => {
  expect(rows.get(what)).toContain(figure);
});
