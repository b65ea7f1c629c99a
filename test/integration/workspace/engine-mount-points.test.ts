import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Folder } from "../../../src/base/fs/beneath.ts";
import { finishDeadSession } from "../../../src/workspace/dead-session.ts";
import { removeMountPoint } from "../../../src/workspace/protect/mount-point.ts";
import { createSessionsPlace } from "../../support/sessions-place.ts";

/** As the engine makes a place for a mount where nothing is. */
function makeAsEngine(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  closeSync(openSync(path, "wx", 0o755));
}

function list(workspace: string): readonly string[] {
  return readdirSync(workspace, { recursive: true, encoding: "utf8" }).toSorted();
}

const places = ["conf/.env", "a/b/.env", ".git-credentials", "keys/id_ed25519"];

function writeSecrets(workspace: string): void {
  for (const place of places) {
    mkdirSync(dirname(join(workspace, place)), { recursive: true });
    writeFileSync(join(workspace, place), "TOKEN=1\n");
  }
}

test.each(["ends", "has died"])(
  "what the engine makes in place of hidden files that went away is removed when the session ends, or has died: %j",
  async (how) => {
    await using place = await createSessionsPlace();
    const { workspace, paths } = place;
    writeSecrets(workspace);
    const session = await place.open();
    expect(session.hidden.toSorted()).toEqual(places.toSorted());
    for (const name of ["conf", "a", ".git-credentials"])
      renameSync(join(workspace, name), join(workspace, `${name}.moved`));
    const before = list(workspace);
    for (const name of places.slice(0, 3)) makeAsEngine(join(workspace, name));
    if (how === "ends") await session.end();
    else {
      await session.die();
      await finishDeadSession({ paths, roots: [workspace], session: session.id });
    }
    expect([how, list(workspace)]).toEqual([how, before]);
  },
);

test("an engine's file that another session is mounted over goes when that one ends", async () => {
  await using place = await createSessionsPlace();
  const { workspace } = place;
  writeSecrets(workspace);
  const first = await place.open();
  renameSync(join(workspace, "conf"), join(workspace, "moved"));
  makeAsEngine(join(workspace, "conf/.env"));
  const second = await place.open();
  await first.end();
  expect(existsSync(join(workspace, "conf/.env"))).toBe(true);
  await second.end();
  expect(existsSync(join(workspace, "conf"))).toBe(false);
});

test("an engine's file that another sandbox has moved with the folder around it is found while that one runs", async () => {
  await using place = await createSessionsPlace();
  const { workspace } = place;
  writeSecrets(workspace);
  const running = await place.open();
  const session = await place.open();
  renameSync(join(workspace, "conf"), join(workspace, "moved"));
  makeAsEngine(join(workspace, "conf/.env"));
  renameSync(join(workspace, "conf"), join(workspace, "keys/new"));
  renameSync(join(workspace, "moved"), join(workspace, "conf"));
  const before = list(workspace).filter((path) => !path.startsWith("keys/new"));
  await session.end();
  expect(list(workspace)).toEqual(before);
  await running.end();
});

const ownFiles: Readonly<Record<string, (path: string) => void | Promise<void>>> = {
  touched: (path) => writeFileSync(path, ""),
  "touched, and executable later": async (path) => {
    writeFileSync(path, "");
    await sleep(20);
    chmodSync(path, 0o755);
  },
  emptied: async (path) => {
    writeFileSync(path, "TOKEN=2\n", { mode: 0o755 });
    await sleep(20);
    writeFileSync(path, "");
  },
  "with another name": (path) => {
    makeAsEngine(path);
    linkSync(path, `${path}.other`);
  },
  "with content": (path) => writeFileSync(path, "TOKEN=2\n", { mode: 0o755 }),
  "a folder with a file": (path) => {
    mkdirSync(path);
    writeFileSync(join(path, "own"), "");
  },
};

test.each(Object.entries(ownFiles))(
  "what isn't provably the engine's stays, whatever its name: %s",
  async (how, write) => {
    await using place = await createSessionsPlace();
    const { workspace } = place;
    writeSecrets(workspace);
    const session = await place.open();
    const path = join(workspace, "conf/.env");
    rmSync(path);
    await write(path);
    await session.end();
    expect(existsSync(path)).toBe(true);
    // The control: by its content alone
    using root = Folder.openRoot(workspace);
    removeMountPoint(root, { names: ["conf", ".env"], kind: "file", content: "" });
    expect(existsSync(path)).toBe(["with content", "a folder with a file"].includes(how));
  },
);

test("a user's own empty program that was there at the start, or came later than an engine makes one, stays", async () => {
  await using place = await createSessionsPlace();
  const { workspace } = place;
  makeAsEngine(join(workspace, "conf/.netrc"));
  const session = await place.open();
  expect(session.hidden).toEqual(["conf/.netrc"]);
  // As a checkout makes it anew
  rmSync(join(workspace, "conf/.netrc"));
  makeAsEngine(join(workspace, "conf/.netrc"));
  await session.end();
  expect(list(workspace)).toEqual(["conf", "conf/.netrc"]);
  using root = Folder.openRoot(workspace);
  const point = { names: ["conf", ".netrc"], kind: "file", content: "" } as const;
  for (const at of [Date.now() - 61_000, Date.now() + 1000]) {
    removeMountPoint(root, { ...point, instead: { key: "", at } });
    expect(list(workspace)).toEqual(["conf", "conf/.netrc"]);
  }
  // The control
  removeMountPoint(root, { ...point, instead: { key: "", at: Date.now() - 30_000 } });
  expect(existsSync(join(workspace, "conf/.netrc"))).toBe(false);
});
