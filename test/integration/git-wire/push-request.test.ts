import { join } from "node:path";
import { expect, test } from "vitest";
import { type Push, readPushRequest } from "../../../src/git/wire/push-request.ts";
import { type Answer, readAll, reply, startGitBackend } from "../../support/git-backend.ts";
import { drain, toNext } from "../../support/git-pieces.ts";
import { type GitPlace, makeGitPlace } from "../../support/git-place.ts";
import { makeWorkTree, readRefs } from "./git-work-tree.ts";

/** Reads every push that passes, and keeps it. */
function keepPushes(pushes: Push[]): Answer {
  return async (request, response, ask) => {
    const body = await readAll(request);
    if (request.url?.endsWith("/git-receive-pack") === true) {
      const push = await readPushRequest(toNext(body));
      if (push.kind === "push") {
        pushes.push(push);
        expect(Buffer.concat([push.head, await drain(push.rest)])).toEqual(body);
      }
    }
    reply(response, await ask(request, body));
  };
}

interface Case {
  readonly format?: "sha1" | "sha256";
  readonly prepare?: readonly (readonly string[])[];
  readonly config?: readonly string[];
  readonly args: readonly string[];
  readonly push: Record<string, unknown>;
}

const zero = "0".repeat(40);
const id = expect.stringMatching(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/) as unknown;

const cases: Readonly<Record<string, Case>> = {
  "a branch forward": {
    args: ["main"],
    push: {
      commands: [{ ref: "refs/heads/main", from: id, to: id }],
      objectFormat: "sha1",
      isAtomic: false,
      sideBand: 65520,
      reportStatus: "v2",
      pushOptions: [],
      shallow: [],
      certificate: undefined,
      hasPack: true,
    },
  },
  "a branch of a SHA-256 repository": {
    format: "sha256",
    args: ["main"],
    push: { objectFormat: "sha256", commands: [{ ref: "refs/heads/main", from: id, to: id }] },
  },
  "a new branch and a tag": {
    prepare: [["tag", "-a", "v1", "-m", "v1"]],
    args: ["main:refs/heads/agent/x", "v1"],
    push: {
      commands: [
        { ref: "refs/heads/agent/x", from: zero, to: id },
        { ref: "refs/tags/v1", from: zero, to: id },
      ],
    },
  },
  "a deletion": {
    args: [":main"],
    push: { commands: [{ ref: "refs/heads/main", from: id, to: zero }], hasPack: false },
  },
  "a force push, which looks like any other": {
    prepare: [["commit", "-q", "--amend", "--allow-empty", "-m", "other"]],
    args: ["--force", "main"],
    push: { commands: [{ ref: "refs/heads/main", from: id, to: id }] },
  },
  "an atomic push with options": {
    args: ["--atomic", "-o", "ci.skip", "-o", "größe=1", "main"],
    push: { isAtomic: true, pushOptions: ["ci.skip", "größe=1"] },
  },
  "a mirror": {
    prepare: [["branch", "second"]],
    args: ["--mirror"],
    push: {
      commands: [
        { ref: "refs/heads/main", from: id, to: id },
        { ref: "refs/heads/second", from: zero, to: id },
      ],
    },
  },
  "a quiet one": { args: ["-q", "main"], push: { quiet: true } },
  "one in protocol version 0": {
    config: ["protocol.version=0"],
    args: ["main"],
    push: { reportStatus: "v2" },
  },
  "one in protocol version 1": {
    config: ["protocol.version=1"],
    args: ["main"],
    push: { reportStatus: "v2" },
  },
};

async function pushAs(place: GitPlace, { prepare = [], config = [], args }: Case): Promise<void> {
  for (const step of prepare) await place.git(step, { cwd: "work" });
  const settings = config.flatMap((setting) => ["-c", setting]);
  const { status, stderr } = await place.git([...settings, "push", "origin", ...args], {
    cwd: "work",
  });
  expect(stderr).not.toContain("fatal");
  expect(status).toBe(0);
}

test.each(Object.entries(cases))("%s by the real git is read as what it is", async (_, given) => {
  await using place = await makeGitPlace();
  const pushes: Push[] = [];
  await using server = await startGitBackend(place.folder, keepPushes(pushes));
  await makeWorkTree(place, { ...given, url: server.url });
  await pushAs(place, given);
  expect(pushes).toHaveLength(1);
  expect(pushes[0]).toMatchObject(given.push);
  const refs = await readRefs(place);
  for (const { ref, to } of pushes[0]!.commands) {
    expect(refs.get(ref)).toBe(/^0+$/.test(to) ? undefined : to);
  }
});

test("a push from a shallow clone names where its history is cut off", async () => {
  await using place = await makeGitPlace();
  const pushes: Push[] = [];
  await using server = await startGitBackend(place.folder, keepPushes(pushes));
  await makeWorkTree(place, { url: server.url });
  await place.git(["push", "-q", "origin", "main"], { cwd: "work" });
  await place.git(["clone", "-q", "--depth=1", `${server.url}/repo.git`, "shallow"]);
  await place.git(["commit", "-q", "--allow-empty", "-m", "three"], { cwd: "shallow" });
  const { status } = await place.git(["push", "origin", "HEAD:refs/heads/x"], { cwd: "shallow" });
  expect(status).toBe(0);
  expect(pushes[1]).toMatchObject({
    shallow: [(await readRefs(place)).get("refs/heads/main")],
    commands: [{ ref: "refs/heads/x", from: zero }],
  });
});

test("a push signed with an ssh key is read from its certificate, with its options", async () => {
  await using place = await makeGitPlace();
  const pushes: Push[] = [];
  await using server = await startGitBackend(place.folder, keepPushes(pushes));
  await makeWorkTree(place, { url: server.url });
  const key = join(place.folder, "key");
  const generate = `!ssh-keygen -q -t ed25519 -N "" -f '${key}'`;
  await place.git(["-c", `alias.make-key=${generate}`, "make-key"], { cwd: "work" });
  await pushAs(place, {
    config: ["gpg.format=ssh", `user.signingKey=${key}`],
    args: ["--signed", "-o", "ci.skip", "main", "main:refs/heads/agent/x"],
    push: {},
  });
  expect(pushes[0]).toMatchObject({
    certificate: { nonce: expect.stringMatching(/^[0-9]+-[0-9a-f]+$/) as unknown },
    pushOptions: ["ci.skip"],
    commands: [{ ref: "refs/heads/main" }, { ref: "refs/heads/agent/x", from: zero }],
  });
});
