import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resolvePaths } from "../../../src/base/paths.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { label } from "../../../src/engine/labels.ts";
import { readOwnProcessId, type ProcessId } from "../../../src/base/process-id.ts";
import { findSessionsOn, prune, removeLeftovers } from "../../../src/session/leftovers.ts";
import { beginSession, toRelayFolder, writeState } from "../../../src/base/session-state.ts";
import { recordScore } from "../../support/scoreboard.ts";

const session = "0123456789ab";
const deadOwner = { host: hostname(), boot: "another", namespace: "", pid: 1, start: "1" };
const labels = { [label.session]: session, [label.owner]: JSON.stringify(deadOwner) };

interface Listed {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

const toListed = (name: string): Listed => ({ name, labels });

/** An engine of which only the lists and the removals are used. */
function createEngine(containers: readonly Listed[], volumes: readonly Listed[]) {
  const removed: string[] = [];
  const find = (all: readonly Listed[], mark: string) => {
    const [key = "", value] = mark.split("=");
    const left = all.filter(({ name }) => !removed.includes(name));
    return Promise.resolve(
      left
        .filter((one) => (value === undefined ? key in one.labels : one.labels[key] === value))
        .map((one) => ({ id: one.name, ...one })),
    );
  };
  const engine = {
    listContainers: (mark: string) => find(containers, mark),
    listVolumes: (mark: string) => find(volumes, mark),
    findContainer: (name: string) =>
      Promise.resolve({ remove: () => Promise.resolve(void removed.push(name)) }),
    removeVolume: (name: string) => Promise.resolve(void removed.push(name)),
  };
  return { engine: engine as unknown as Engine, removed };
}

/** Of no dead session there is anything to tell. */
const ignore = (): void => undefined;

test("what only has a session's labels, from an image or by hand, is not removed; what has its name too is", async () => {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-test-leftovers-"));
  const paths = resolvePaths({ VAULTBOX_HOME: folder });
  const foreign = [
    "database",
    `vaultbox-${session}x`,
    `my-vaultbox-${session}`,
    "vaultbox-home-me",
  ];
  const own = ["", "-relay", "-probe"].map((suffix) => `vaultbox-${session}${suffix}`);
  try {
    const hostile = createEngine(foreign.map(toListed), foreign.map(toListed));
    expect((await prune(paths, hostile.engine, ignore)).sessions).toEqual([]);
    expect(hostile.removed).toEqual([]);
    const mixed = createEngine(
      [...foreign, ...own].map(toListed),
      [...foreign, `vaultbox-${session}-home`].map(toListed),
    );
    await prune(paths, mixed.engine, ignore);
    expect(mixed.removed).toEqual([...own, `vaultbox-${session}-home`]);
  } finally {
    await rm(folder, { recursive: true });
  }
  recordScore({
    row: 27,
    test: "containers and volumes with forged labels are pruned",
    attempts: 2 * foreign.length,
    blocked: 2 * foreign.length,
    controlSucceeded: own.length,
  });
});

/** A relay that was started for nobody yet, and the agent of a session that acquired it. */
function relayOf(relay: string, owner: ProcessId): Listed {
  const own = { [label.relay]: relay, [label.owner]: JSON.stringify(owner) };
  return { name: `vaultbox-relay-${relay}`, labels: own };
}

function agentOf(relay: string, id: string, owner: ProcessId): Listed {
  const own = { [label.session]: id, [label.owner]: JSON.stringify(owner) };
  return { name: `vaultbox-${id}`, labels: { ...own, [label.relay]: relay } };
}

test("a relay goes when neither who started it nor a session that acquired it lives", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-test-leftovers-"));
  stack.defer(() => rm(folder, { recursive: true }));
  const paths = resolvePaths({ VAULTBOX_HOME: folder });
  const alive = await readOwnProcessId();
  const dead = { ...alive, boot: "another" };
  const [never, waiting, acquired, left, forged] = [1, 2, 3, 4, 5].map((n) => `${n}`.repeat(12));
  const containers = [
    relayOf(never ?? "", dead),
    relayOf(waiting ?? "", alive),
    relayOf(acquired ?? "", dead),
    agentOf(acquired ?? "", "aaaaaaaaaaaa", alive),
    relayOf(left ?? "", dead),
    agentOf(left ?? "", "bbbbbbbbbbbb", dead),
    { ...relayOf(forged ?? "", dead), name: "database" },
  ];
  const { engine, removed } = createEngine(containers, []);
  expect(await findSessionsOn(engine)).toEqual({
    dead: ["bbbbbbbbbbbb"],
    living: [waiting, "aaaaaaaaaaaa"],
    deadRelays: [never, left],
  });
  await mkdir(join(paths.runtime, never ?? ""), { recursive: true });
  await prune(paths, engine, ignore);
  expect(new Set(removed)).toEqual(
    new Set([`vaultbox-relay-${never}`, `vaultbox-relay-${left}`, "vaultbox-bbbbbbbbbbbb"]),
  );
  expect(await readdir(paths.runtime)).toEqual([]);
});

test("a dead session's relay goes with it, though nothing on the relay names the session", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-test-leftovers-"));
  stack.defer(() => rm(folder, { recursive: true }));
  const paths = resolvePaths({ VAULTBOX_HOME: folder });
  const relay = "999999999999";
  const facts = { id: session, relay, command: [], agent: "", workspace: folder };
  const state = await beginSession(paths, facts);
  await mkdir(toRelayFolder(paths, relay), { recursive: true });
  const alive = await readOwnProcessId();
  // Whoever started it still runs, and the session that has it doesn't
  const { engine, removed } = createEngine([relayOf(relay, alive)], []);
  await removeLeftovers(paths, engine, { onLeft: ignore });
  expect(removed).toEqual([]);
  await writeState(paths, { ...state, owner: { ...alive, boot: "another" } });
  await removeLeftovers(paths, engine, { onLeft: ignore });
  expect(removed).toEqual([`vaultbox-relay-${relay}`]);
  expect(await readdir(paths.runtime)).toEqual([]);
});
