import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { Shortages, toCgroup } from "../../../src/sandbox/limits/limit-watch.ts";
import { toEndNote } from "../../../src/sandbox/limits/command-end.ts";

const id = "c0ffee";

test("a container's control group is found in both versions, and no other process's is taken for it", () => {
  const paths = (text: string) => {
    const cgroup = toCgroup(text, id);
    return cgroup && { ...cgroup, counters: cgroup.counters.map(({ path }) => path) };
  };
  expect(paths(`0::/system.slice/docker-${id}.scope\n`)).toEqual({
    counters: [
      `/sys/fs/cgroup/system.slice/docker-${id}.scope/pids.events`,
      `/sys/fs/cgroup/system.slice/docker-${id}.scope/memory.events`,
    ],
    cgroupEvents: [`/sys/fs/cgroup/system.slice/docker-${id}.scope/cgroup.events`],
    tells: true,
  });
  expect(paths(`8:cpu,pids:/docker/${id}\n4:memory:/docker/${id}\n0::/docker/${id}\n`)).toEqual({
    counters: [
      `/sys/fs/cgroup/pids/docker/${id}/pids.events`,
      `/sys/fs/cgroup/memory/docker/${id}/memory.oom_control`,
    ],
    cgroupEvents: [`/sys/fs/cgroup/unified/docker/${id}/cgroup.events`],
    tells: false,
  });
  expect(paths("0::/user.slice/session-1.scope\n")).toBeUndefined();
  expect(paths("")).toBeUndefined();
});

test.each([
  ["processes", "max 0\n", "max 3\n"],
  ["memory", "oom 0\noom_kill 0\n", "oom 1\noom_kill 1\n"],
] as const)(
  "a shortage of %s is known after the container is gone",
  async (resource, none, some) => {
    const folder = await mkdtemp(join(tmpdir(), "vbx-counter-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, "events");
    await writeFile(path, none);
    const found = toCgroup(`0::/docker/${id}\n`, id)?.counters ?? [];
    const counters = found.map((counter) => ({
      ...counter,
      path: counter.resource === resource ? path : join(folder, "absent"),
    }));
    const watch = () => new Shortages({ counters, cgroupEvents: [], tells: true });
    using short = watch();
    expect(short.has(resource)).toBe(false);
    await writeFile(path, some);
    await vi.waitFor(() => expect(short.has(resource)).toBe(true));
    await rm(folder, { recursive: true });
    expect(short.has(resource)).toBe(true);
    using late = watch();
    expect(late.has(resource)).toBe(false);
  },
);

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
  const end = { status, isOurs, outOfMemory: false, memoryBytes: 1024 ** 3 };
  const note = await toEndNote(container, engine, end);
  if (said === undefined) expect(note).toBeUndefined();
  else expect(note).toMatch(said);
});

test("memory that ran out is told by this machine's kernel where the engine doesn't know of it", async () => {
  const container = {
    readEvents: async () => ({ outOfMemory: false, signals: [] }),
    inspect: () => Promise.reject(new Error("it's gone")),
  };
  const end = { status: 0, isOurs: false, memoryBytes: 1024 ** 3 };
  expect(await toEndNote(container, engine, { ...end, outOfMemory: true })).toContain("at 1GiB");
  expect(await toEndNote(container, engine, { ...end, outOfMemory: false })).toBeUndefined();
});
