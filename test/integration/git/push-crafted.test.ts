import { gzipSync } from "node:zlib";
import { crafted } from "./crafted-push.ts";
import { type CraftedPush, zeroId } from "../../support/git-wire.ts";
import { type CaseWorld, type PushCase, describePushes } from "./push-table.ts";

const x = "refs/heads/agent/x";
const main = "refs/heads/main";
type Ids = CaseWorld["ids"];

const forward = (ids: Ids) => ({ from: ids.work2, to: ids.work3, ref: x });
const rewrite = (ids: Ids) => ({ from: ids.work2, to: ids.amended, ref: x });
const toMain = (ids: Ids) => ({ from: ids.main2, to: ids.mergeFromMain, ref: main });
const forwardRevisions = (ids: Ids) => [ids.work3, `^${ids.work2}`];
const rewriteRevisions = (ids: Ids) => [ids.amended, `^${ids.work1}`];
const mainRevisions = (ids: Ids) => [ids.mergeFromMain, `^${ids.main2}`, `^${ids.work2}`];

function one(update: (ids: Ids) => { from: string; to: string; ref: string }) {
  return (ids: Ids): CraftedPush => ({ updates: [update(ids)] });
}

/** A branch whose name is not one that git would send. */
function named(ref: string): PushCase {
  return {
    name: `the ref ${JSON.stringify(ref)} is refused`,
    rule: { refs: ["refs/**"], tags: true, force: true },
    push: crafted({
      revisions: forwardRevisions,
      push: one((ids) => ({ from: zeroId, to: ids.work3, ref })),
    }),

    says: [/vaultbox/],
  };
}

const cases: readonly PushCase[] = [
  {
    name: "a push in the shape of git's own is done",
    push: crafted({ revisions: forwardRevisions, push: one(forward) }),
    after: { [x]: "work3" },
  },
  {
    name: "the same for main is refused in a report",
    push: crafted({ revisions: mainRevisions, push: one(toMain) }),
    unchecked: { [main]: "mergeFromMain" },
    says: [/^HTTP 200$/m, /^ng refs\/heads\/main /m, /^remote: vaultbox: .*agent\/\*/m],
  },
  {
    name: "a push that waits to be asked for its body is done",
    push: crafted({
      revisions: forwardRevisions,
      push: (ids) => ({ updates: [forward(ids)], headers: { expect: "100-continue" } }),
    }),
    after: { [x]: "work3" },
  },
  {
    name: "a push with an authorisation of the client's own is refused",
    push: crafted({
      revisions: forwardRevisions,
      push: (ids) => ({ updates: [forward(ids)], headers: { authorization: "Basic YTpi" } }),
    }),
    says: [/^HTTP 403\nvaultbox: /],
  },
  named("refs/heads/agent/../main"),
  named("refs/heads/../heads/main"),
  named("refs/heads/agent//x"),
  named("refs/heads/agent/x.lock"),
  named("refs/heads/agent/.x"),
  named("refs/heads/agent/x/"),
  named("refs/heads/agent/x y"),
  named("refs/heads/agent/x\tmain"),
  named("refs/heads/agent/x\u0001"),
  named("refs/heads/agent/x~1"),
  named("refs/heads/agent/@{-1}"),
  named("agent/x"),
  named("HEAD"),
  named("refs/heads"),
  named("config"),
  named(""),
  {
    name: "a line end in a name doesn't hide a second name",
    push: crafted({
      revisions: forwardRevisions,
      push: one((ids) => ({
        from: zeroId,
        to: ids.work3,
        ref: "refs/heads/agent/y\nrefs/heads/z",
      })),
    }),
  },
  {
    name: "a NUL in a name doesn't hide a second name",
    push: crafted({
      revisions: forwardRevisions,
      push: (ids) => ({
        updates: [{ from: zeroId, to: ids.work3, ref: "refs/heads/agent/y\0/../z" }],
        capabilities: "report-status",
      }),
    }),
    unchecked: { "refs/heads/agent/y": "work3" },
  },
  {
    name: "an old id that isn't upstream's is refused",
    push: crafted({
      revisions: rewriteRevisions,
      push: one((ids) => ({ from: ids.work1, to: ids.amended, ref: x })),
    }),
  },
  {
    name: "a zero old id doesn't make an existing branch a new one",
    push: crafted({
      revisions: rewriteRevisions,
      push: one((ids) => ({ from: zeroId, to: ids.amended, ref: x })),
    }),
  },
  {
    name: "an old id for a branch that isn't there is refused",
    push: crafted({
      revisions: forwardRevisions,
      push: one((ids) => ({ from: ids.work2, to: ids.work3, ref: "refs/heads/agent/y" })),
    }),
  },
  {
    name: "zero for both ids is no deletion",
    push: crafted({ push: one(() => ({ from: zeroId, to: zeroId, ref: x })) }),
    unchecked: { [x]: undefined },
  },
  {
    name: "an id in capitals is refused or done as itself",
    push: crafted({
      revisions: rewriteRevisions,
      push: one((ids) => ({
        from: ids.work2.toUpperCase(),
        to: ids.amended.toUpperCase(),
        ref: x,
      })),
    }),
    unchecked: { [x]: "amended" },
  },
  {
    name: "the same ref twice is refused",
    push: crafted({
      revisions: (ids) => [ids.work4, `^${ids.work2}`],
      push: (ids) => ({
        updates: [forward(ids), { from: ids.work2, to: ids.work4, ref: x }],
      }),
    }),
    unchecked: { [x]: "work3" },
  },
  {
    name: "a commit that the pack doesn't hold is refused",
    push: crafted({ revisions: forwardRevisions, push: one(rewrite) }),
  },
  {
    name: "a pack without the middle of its history is refused",
    push: crafted({
      revisions: (ids) => [ids.work4, `^${ids.work3}`],
      push: one((ids) => ({ from: ids.work2, to: ids.work4, ref: x })),
    }),
  },
  {
    name: "a blob as a branch is refused",
    push: crafted({
      revisions: forwardRevisions,
      push: one((ids) => ({ from: ids.work2, to: ids.blob, ref: x })),
    }),
  },
  {
    name: "a tag object as a branch is refused",
    push: crafted({
      revisions: (ids) => [ids.tag3, `^${ids.work2}`],
      push: one((ids) => ({ from: ids.work2, to: ids.tag3, ref: x })),
    }),
  },
  {
    name: "a thin pack is refused with a reason",
    push: crafted({
      revisions: (ids) => [ids.readme3, `^${ids.work2}`],
      thin: true,
      push: one((ids) => ({ from: ids.work2, to: ids.readme3, ref: x })),
    }),
    unchecked: { [x]: "readme3" },
  },
  {
    name: "a truncated pack is refused",
    push: crafted({
      revisions: forwardRevisions,
      alterPack: (pack) => pack.subarray(0, -25),
      push: one(forward),
    }),
    says: [/./],
  },
  {
    name: "a pack with one changed byte is refused",
    push: crafted({
      revisions: forwardRevisions,
      alterPack: (pack) => pack.with(40, (pack[40] ?? 0) ^ 1) as Buffer,
      push: one(forward),
    }),
    says: [/./],
  },
  {
    name: "bytes behind the pack are refused",
    push: crafted({
      revisions: forwardRevisions,
      alterPack: (pack) => Buffer.concat([pack, Buffer.from("and more")]),
      push: one(forward),
    }),
    unchecked: { [x]: "work3" },
  },
  {
    name: "a second pack behind the pack is refused",
    push: crafted({
      revisions: forwardRevisions,
      alterPack: (pack) => Buffer.concat([pack, pack]),
      push: one(forward),
    }),
    unchecked: { [x]: "work3" },
  },
  {
    name: "a body in gzip is refused",
    push: crafted({
      revisions: forwardRevisions,
      push: (ids) => ({
        updates: [forward(ids)],
        encode: (body) => gzipSync(body),
        headers: { "content-encoding": "gzip" },
      }),
    }),
    unchecked: { [x]: "work3" },
  },
  {
    name: "a push to main from a client that takes no report is refused",
    push: crafted({
      revisions: mainRevisions,
      push: (ids) => ({ updates: [toMain(ids)], capabilities: "quiet" }),
    }),
    unchecked: { [main]: "mergeFromMain" },
    says: [/^HTTP /],
  },
  {
    name: "a push to main from a client without a side band is refused in a bare report",
    push: crafted({
      revisions: mainRevisions,
      push: (ids) => ({ updates: [toMain(ids)], capabilities: "report-status" }),
    }),
    unchecked: { [main]: "mergeFromMain" },
    says: [/^ng refs\/heads\/main .*/m],
  },
  {
    name: "a push by report-status-v2 is refused in its words",
    push: crafted({
      revisions: mainRevisions,
      push: (ids) => ({
        updates: [toMain(ids)],
        capabilities: "report-status-v2 side-band-64k object-format=sha1 agent=git/2.39.5",
      }),
    }),
    unchecked: { [main]: "mergeFromMain" },
    says: [/^ng refs\/heads\/main .*/m, /^remote: vaultbox: /m],
  },
  {
    name: "a certificate for the allowed branch doesn't carry a command for main",
    upstreamConfig: ["receive.certNonceSeed=seed"],
    push: crafted({
      revisions: (ids) => [ids.work3, ...mainRevisions(ids)],
      push: (ids) => ({
        before: [
          "push-cert\0report-status side-band-64k object-format=sha1\n",
          "certificate version 0.1\n",
          "pusher Ada <ada@example.test> 1700000000 +0000\n",
          "nonce 1-1\n",
          "\n",
          `${ids.work2} ${ids.work3} ${x}\n`,
          "-----BEGIN SSH SIGNATURE-----\n",
          "-----END SSH SIGNATURE-----\n",
          "push-cert-end\n",
        ],
        updates: [toMain(ids)],
      }),
    }),
    unchecked: { [x]: "work3", [main]: "mergeFromMain" },
  },
  {
    name: "a shallow line doesn't hide that history is lost",
    push: crafted({
      revisions: rewriteRevisions,
      push: (ids) => ({ before: [`shallow ${ids.amended}`], updates: [rewrite(ids)] }),
    }),
  },
  {
    name: "an object format that isn't the repository's is refused",
    push: crafted({
      revisions: forwardRevisions,
      push: (ids) => ({
        updates: [forward(ids)],
        capabilities: "report-status object-format=sha256",
      }),
    }),
    says: [/./],
  },
  {
    name: "another content type is refused",
    push: crafted({
      revisions: forwardRevisions,
      push: (ids) => ({
        updates: [forward(ids)],
        headers: { "content-type": "application/octet-stream" },
      }),
    }),
    says: [/vaultbox|Unsupported/],
  },
];

describePushes({
  title: "no request that git wouldn't send gets past the rule",
  score: "crafted pushes",
  cases,
});
