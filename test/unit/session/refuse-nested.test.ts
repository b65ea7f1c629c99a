import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resolvePaths } from "../../../src/base/paths.ts";
import { refuseNested } from "../../../src/session/refuse-nested.ts";
import { beginSession, writeState } from "../../../src/base/session-state.ts";

interface Other {
  readonly owner?: "alive" | "dead";
  /** Undefined: it has no sandbox yet */
  readonly pinned?: readonly string[] | undefined;
  readonly version?: "earlier";
}

/** Whether a session starts beside another one in `/w/a` that also writes in `/w/rw`. */
async function startsBeside(
  workspace: string,
  mounts: readonly string[] = [],
  { owner = "alive", version, ...more }: Other = {},
  pinned: readonly string[] = [],
): Promise<string> {
  const itsPinned = "pinned" in more ? more.pinned : [];
  const root = await realpath(await mkdtemp(join(tmpdir(), "vbn-")));
  try {
    const paths = resolvePaths({ VAULTBOX_HOME: join(root, "v"), XDG_RUNTIME_DIR: root });
    const facts = { command: [], agent: "" };
    const other = { ...facts, workspace: "/w/a", writable: ["/w/a", "/w/rw"] };
    const state = await beginSession(paths, { ...other, id: "0123456789ab" });
    const itsPins = itsPinned === undefined ? {} : { pinned: itsPinned };
    const { pins: _, ...earlier } = state;
    await writeState(paths, version === "earlier" ? earlier : { ...state, ...itsPins });
    // No process starts that late
    const isDead = { ...state, owner: { ...state.owner, pid: 2 ** 22 + 1 } };
    if (owner === "dead") await writeState(paths, isDead);
    await beginSession(paths, { ...facts, workspace, writable: [workspace], id: "111111111111" });
    const writable = mounts.filter((text) => text.endsWith(":rw"));
    const toSources = (texts: readonly string[]) => [
      workspace,
      ...texts.map((text) => text.replace(/:rw$/, "")),
    ];
    const places = { sources: toSources(mounts), writable: toSources(writable), pinned };
    return await refuseNested(paths, "111111111111", places).then(
      () => "starts",
      (error: unknown) => String(error),
    );
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

test("a session in a folder that another one can write in, or around one, is refused with a way out", async () => {
  const way = "session 0123456789ab";
  expect(await startsBeside("/w/a/b")).toContain(`"/w/a/b" now: ${way} can write in the folder`);
  expect(await startsBeside("/w/rw/b/c")).toContain(way);
  expect(await startsBeside("/w")).toContain(`"/w" now: ${way} works in a folder of it`);
  expect(await startsBeside("/x", ["/w/a/b"])).toContain(way);
  expect(await startsBeside("/x", ["/w:rw"])).toContain(way);
});

test("sessions in one folder, side by side, or after one that died, start", async () => {
  expect(await startsBeside("/w/a")).toBe("starts");
  expect(await startsBeside("/w/ab")).toBe("starts");
  expect(await startsBeside("/w/b", ["/w/a", "/w/rw:rw"])).toBe("starts");
  // Nothing of what is mounted read-only can be exchanged from there
  expect(await startsBeside("/x", ["/w"])).toBe("starts");
  expect(await startsBeside("/w/a/b", [], { owner: "dead" })).toBe("starts");
});

test("a session starts in what the sandbox around it can't move, and around what it can't move itself", async () => {
  const pinned = ["/w/a/.git", "/w/a/wt"];
  expect(await startsBeside("/w/a/wt", ["/w/a/.git:rw"], { pinned })).toBe("starts");
  expect(await startsBeside("/w/a/wt/in", [], { pinned })).toContain("can write in the folder");
  expect(await startsBeside("/w", [], {}, ["/w/a", "/w/rw"])).toBe("starts");
  expect(await startsBeside("/w", [], {}, ["/w/a"])).toContain("works in a folder of it");
  // The other one has no sandbox: it finds this one recorded, and decides
  expect(await startsBeside("/w/a/new", [], { pinned: undefined })).toBe("starts");
  expect(await startsBeside("/x", ["/w/a/new"], { pinned: undefined })).toContain("can write in");
  // An earlier version doesn't look again
  expect(await startsBeside("/w/a/new", [], { pinned: undefined, version: "earlier" })).toContain(
    "can write in",
  );
});
