import { expect, test } from "vitest";
import { createAdvertisementRewriter } from "../../../src/git/wire/advertisement-rewriter.ts";
import { createReportMerger, toRefusedReport } from "../../../src/git/wire/push-report.ts";
import { encodeCommands, type Push, readPushRequest } from "../../../src/git/wire/push-request.ts";
import {
  type Answer,
  type BackendAnswer,
  readAll,
  reply,
  startGitBackend,
} from "../../support/git-backend.ts";
import { drain, toNext } from "../../support/git-pieces.ts";
import { makeGitPlace } from "../../support/git-place.ts";
import { makeWorkTree, readRefs } from "./git-work-tree.ts";

const lines = ["only agent/* may be pushed"];
const reason = "refs/heads/main is not allowed";

interface Dialect {
  readonly format: "sha1" | "sha256";
  readonly report: "v2" | "v1" | "none";
  readonly sideBand: boolean;
}

/** What a server doesn't offer, a client doesn't choose. */
function toHidden({ report, sideBand }: Dialect): readonly string[] {
  return [
    ...(report === "v2" ? [] : ["report-status-v2"]),
    ...(report === "none" ? ["report-status"] : []),
    ...(sideBand ? [] : ["side-band-64k"]),
  ];
}

/** Answers pushes with `onPush`, and offers what the dialect has. */
function speak(
  dialect: Dialect,
  onPush: (push: Push, pass: (body: Buffer) => Promise<BackendAnswer>) => Promise<BackendAnswer>,
): Answer {
  return async (request, response, ask) => {
    const body = await readAll(request);
    if (request.method === "GET") {
      const answer = await ask(request, body);
      const rewriter = createAdvertisementRewriter({
        addCapabilities: ["no-thin"],
        dropCapabilities: toHidden(dialect),
      });
      const changed = Buffer.concat([rewriter.push(answer.body), rewriter.end()]);
      return reply(response, { ...answer, body: changed });
    }
    const push = await readPushRequest(toNext(body));
    if (push.kind === "probe") return reply(response, await ask(request, body));
    expect(push.reportStatus).toBe(dialect.report);
    expect(push.sideBand > 0).toBe(dialect.sideBand);
    expect(push.capabilities.has("no-thin")).toBe(false);
    reply(response, await onPush(push, (other) => ask(request, other)));
  };
}

function toAnswer(body: Buffer): BackendAnswer {
  const headers = [["Content-Type", "application/x-git-receive-pack-result"]] as const;
  return { status: 200, headers, body };
}

const dialects: readonly Dialect[] = [
  { format: "sha1", report: "v2", sideBand: true },
  { format: "sha1", report: "v1", sideBand: true },
  { format: "sha1", report: "v2", sideBand: false },
  { format: "sha1", report: "v1", sideBand: false },
  { format: "sha256", report: "v2", sideBand: true },
  { format: "sha256", report: "v1", sideBand: false },
];

test.each(dialects)(
  "a refused push fails at the client, which shows why ($format, report $report, side band $sideBand)",
  async (dialect) => {
    await using place = await makeGitPlace();
    const refusals = new Map([["refs/heads/main", reason]]);
    const answer = speak(dialect, (request) =>
      Promise.resolve(toAnswer(toRefusedReport({ request, refusals, lines }))),
    );
    await using server = await startGitBackend(place.folder, answer);
    await makeWorkTree(place, { ...dialect, url: server.url });
    const before = await readRefs(place);
    const pushed = await place.git(["push", "origin", "main", "main:agent/x"], { cwd: "work" });
    expect(pushed.status).toBe(1);
    expect(pushed.stderr).toContain(` ! [remote rejected] main -> main (${reason})`);
    expect(pushed.stderr).toContain(
      " ! [remote rejected] main -> agent/x (not done: another ref of this push was refused)",
    );
    if (dialect.sideBand) expect(pushed.stderr).toMatch(/^remote: vaultbox: only agent/m);
    expect(pushed.stderr).not.toContain("fatal");
    expect(await readRefs(place)).toEqual(before);
  },
);

test("a refused push fails at a client that asked for no report, when it has a side band", async () => {
  await using place = await makeGitPlace();
  const answer = speak({ format: "sha1", report: "none", sideBand: true }, (request) =>
    Promise.resolve(toAnswer(toRefusedReport({ request, refusals: new Map(), lines }))),
  );
  await using server = await startGitBackend(place.folder, answer);
  await makeWorkTree(place, { url: server.url });
  const pushed = await place.git(["push", "origin", "main"], { cwd: "work" });
  expect(pushed.stderr).toMatch(/^remote: vaultbox: only agent/m);
  expect(pushed.stderr).toContain("vaultbox: nothing of this push was done");
  expect(pushed.status).toBe(1);
});

test.each(dialects)(
  "the other refs of a push are done, and the client sees which ($format, report $report, side band $sideBand)",
  async (dialect) => {
    await using place = await makeGitPlace();
    const refusals = new Map([["refs/heads/main", reason]]);
    const answer = speak(dialect, async (request, pass) => {
      const kept = request.commands.filter(({ ref }) => !refusals.has(ref));
      const head = encodeCommands(request, kept)!;
      const upstream = await pass(Buffer.concat([head, await drain(request.rest)]));
      const merger = createReportMerger({ request, refusals, lines });
      const body = Buffer.concat([merger.push(upstream.body), merger.end()]);
      return { ...upstream, body };
    });
    await using server = await startGitBackend(place.folder, answer);
    await makeWorkTree(place, { ...dialect, url: server.url });
    const main = (await readRefs(place)).get("refs/heads/main");
    const { stdout: tip } = await place.git(["rev-parse", "main"], { cwd: "work" });
    const refs = ["main", "main:refs/heads/agent/x"];
    const pushed = await place.git(["push", "origin", ...refs], { cwd: "work" });
    expect(pushed.status).toBe(1);
    expect(pushed.stderr).toContain(` ! [remote rejected] main -> main (${reason})`);
    expect(pushed.stderr).toContain(" * [new branch]      main -> agent/x");
    if (dialect.sideBand) expect(pushed.stderr).toMatch(/^remote: vaultbox: only agent/m);
    expect(await readRefs(place)).toEqual(
      new Map([
        ["refs/heads/agent/x", tip.trim()],
        ["refs/heads/main", main],
      ]),
    );
  },
);

test("an atomic push that was refused for one ref fails for all of them at the client", async () => {
  await using place = await makeGitPlace();
  const refusals = new Map([["refs/heads/main", reason]]);
  const answer = speak({ format: "sha1", report: "v2", sideBand: true }, (request) => {
    expect(request.isAtomic).toBe(true);
    return Promise.resolve(toAnswer(toRefusedReport({ request, refusals, lines })));
  });
  await using server = await startGitBackend(place.folder, answer);
  await makeWorkTree(place, { url: server.url });
  const args = ["push", "--atomic", "origin", "main", "main:refs/heads/agent/x"];
  const pushed = await place.git(args, { cwd: "work" });
  expect(pushed.status).toBe(1);
  expect(pushed.stderr.match(/! \[remote rejected\]/g)).toHaveLength(2);
});
