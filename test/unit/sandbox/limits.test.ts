import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { ProcessLimit, toCgroup } from "../../../src/sandbox/limits/limit-watch.ts";
import { toEndNote } from "../../../src/sandbox/limits/command-end.ts";

const id = "c0ffee";

test("a container's control group is found in both versions, and no other process's is taken for it", () => {
  expect(toCgroup(`0::/system.slice/docker-${id}.scope\n`, id)).toEqual({
    pidsEvents: `/sys/fs/cgroup/system.slice/docker-${id}.scope/pids.events`,
    cgroupEvents: [`/sys/fs/cgroup/system.slice/docker-${id}.scope/cgroup.events`],
    tells: true,
  });
  expect(
    toCgroup(`8:cpu,pids:/docker/${id}\n4:memory:/docker/${id}\n0::/docker/${id}\n`, id),
  ).toEqual({
    pidsEvents: `/sys/fs/cgroup/pids/docker/${id}/pids.events`,
    cgroupEvents: [`/sys/fs/cgroup/unified/docker/${id}/cgroup.events`],
    tells: false,
  });
  expect(toCgroup("0::/user.slice/session-1.scope\n", id)).toBeUndefined();
  expect(toCgroup("", id)).toBeUndefined();
});

test("a shortage of processes is known after the container is gone", async () => {
  const folder = await mkdtemp(join(tmpdir(), "vbx-pids-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const pidsEvents = join(folder, "pids.events");
  await writeFile(pidsEvents, "max 0\n");
  const watch = () => new ProcessLimit({ pidsEvents, cgroupEvents: [], tells: true });
  using short = watch();
  expect(short.wasReached()).toBe(false);
  await writeFile(pidsEvents, "max 3\n");
  await vi.waitFor(() => expect(short.wasReached()).toBe(true));
  await rm(folder, { recursive: true });
  expect(short.wasReached()).toBe(true);
  using late = watch();
  expect(late.wasReached()).toBe(false);
});

const engine = Promise.resolve({ info: async () => ({ memoryBytes: 0 }) }) as never;

test.each([
  [137, false, { outOfMemory: false, signals: ["SIGKILL"] }, /somebody killed the container/],
  [137, false, { outOfMemory: false, signals: [""] }, /somebody killed the container/],
  [137, false, { outOfMemory: false, signals: ["SIGINT"] }, /a process in the sandbox sent it/],
  [137, true, { outOfMemory: false, signals: ["SIGKILL"] }, undefined],
  [0, false, { outOfMemory: true, signals: [] }, /ran out of memory: at 1GiB/],
  [1, true, { outOfMemory: true, signals: [] }, /ran out of memory: at 1GiB/],
  [143, false, { outOfMemory: false, signals: ["SIGTERM"] }, undefined],
])("status %d, ended by vaultbox: %s, with %j", async (status, isOurs, events, said) => {
  const container = {
    readEvents: async () => events,
    inspect: () => Promise.reject(new Error("it's gone")),
  };
  const note = await toEndNote(container, engine, { status, isOurs, memoryBytes: 1024 ** 3 });
  if (said === undefined) expect(note).toBeUndefined();
  else expect(note).toMatch(said);
});
