import * as gitCache from "../../../src/git/push/cache/limits.ts";
import { expect, test } from "vitest";
import { maxNodeIds } from "../../../src/git/forge/github/node-facts.ts";
import { maxObjectBytes, maxParents } from "../../../src/git/signing/commit-object.ts";
import { maxPublicKeyBytes } from "../../../src/git/signing/ssh-key.ts";
import { maxAdvertisementBytes } from "../../../src/git/wire/advertisement.ts";
import { pushRequestLimits } from "../../../src/git/wire/push-update.ts";
import { maxGitPatterns } from "../../../src/git/entry/git-options.ts";
import { defaultMaxPackBytes } from "../../../src/git/entry/git-rule.ts";
import { maxDescriptionBytes } from "../../../src/git/forge/forge-question.ts";
import { maxGrantMs } from "../../../src/git/lfs/lfs-grants.ts";
import { maxSignaturesPerHour } from "../../../src/git/signing/signing-handler.ts";
import { limitRows, toBinary, toCount } from "../../docs/limits-page.ts";

const minutes = (ms: number): string => `${ms / 60_000} min`;
const { maxCommands, maxCommandBytes, maxPushOptions, maxPushOptionBytes } = pushRequestLimits;

test.each([
  ["refs in one push", `${maxCommands}, in ${toBinary(maxCommandBytes)}`],
  ["push options in one push", `${maxPushOptions}, in ${toBinary(maxPushOptionBytes)}`],
  ["a pack, when the entry says nothing", `${toCount(defaultMaxPackBytes)} bytes`],
  ["an upstream's list of refs", toBinary(maxAdvertisementBytes)],
  ["a GraphQL document", `${maxNodeIds} node ids`],
  ["the description of a repository, from GitHub or GitLab", toBinary(maxDescriptionBytes)],
  ["tokens for LFS transfers in one session", `${maxGrantMs / 3_600_000} hours`],
  ["patterns in one list of an entry", toCount(maxGitPatterns)],
  ["pushes that are looked into, of one session", `${gitCache.maxPushesAtOnce} at a time`],
  ["memory of one git process, on Linux", toBinary(gitCache.maxGitMemoryBytes)],
  ["processor time of one git process, on Linux", `${gitCache.maxGitCpuSeconds} s`],
  ["taking a pack in, beside the client's time for sending it", minutes(gitCache.maxIndexMs)],
  [
    "one question to git; all questions about one push",
    `${minutes(gitCache.maxQueryMs)}; ${minutes(gitCache.maxInquiryMs)}`,
  ],
  ["objects in a pack", toCount(gitCache.maxPackObjects)],
  [
    "commits and tags in a pushed pack; their parents together",
    `${toCount(gitCache.maxPackCommits)}; ${toCount(gitCache.maxPackParents)}`,
  ],
  ["a commit up to the end of its parents", toBinary(gitCache.maxCommitHeadBytes)],
  ["pairs of trees that are compared for one push", toCount(gitCache.maxTreePairs)],
  ["a pack from the upstream", toBinary(gitCache.maxFetchedBytes)],
  [
    "the cache of one repository",
    `${toBinary(gitCache.maxCacheBytes)} and ${gitCache.maxCachePacks} packs`,
  ],
  ["signatures", `${maxSignaturesPerHour} in an hour`],
  ["an object that is signed", `${toBinary(maxObjectBytes)}, with ${maxParents} parents`],
  ["a public key; the file of a private one", toBinary(maxPublicKeyBytes)],
])("the page of limits has the code's figure for: %s", (what, figure) => {
  expect(limitRows.get(what)).toContain(figure);
});
