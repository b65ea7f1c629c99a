import { execFile } from "node:child_process";
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { Handoff } from "../../../src/workspace/handoff/handoff.ts";
import { passClockTick } from "../../support/clock-tick.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { createSessionsPlace } from "../../support/sessions-place.ts";
import { createWorkspacePlace, runShell } from "../../support/workspace-place.ts";

const run = promisify(execFile);

/** Not root, for whom no folder is closed. */
const user = 1000;

async function asUser<T>(work: () => Promise<T>): Promise<T> {
  process.seteuid?.(user);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

/** Makes a repository whose settings leave a file, `RAN` in the workspace. */
const evil = `evil() { git init -q "$1"; git -C "$1" commit -q --allow-empty -m x
git -C "$1" config core.fsmonitor "touch '$W/RAN'; false"; }; W=$PWD`;

/** What a run that does this leaves, and whether the host's git runs it later when it stands in `$E`. */
async function leave(
  lines: string,
  { before = "git init -q .", look = 'cd "$E" 2>/dev/null && git status' } = {},
): Promise<{ readonly ran: boolean; readonly unguarded: boolean; readonly handoff: Handoff }> {
  const ranIn = (path: string): boolean => readdirSync(path).includes("RAN");
  const after = `${lines}; cd "$W"; ${look} || true`;
  await using control = createWorkspacePlace(user);
  await runShell(control, `${before}; ${evil}; ${after}`, user);
  const unguarded = ranIn(control.path);
  await using place = createWorkspacePlace(user);
  await runShell(place, before, user);
  const session = await asUser(() => place.start());
  await runShell(place, `${evil}; ${lines}`, user);
  const found = await asUser(() => session.inspect());
  const handoff = found ?? { entries: [], complete: false, tookMs: 0 };
  await runShell(place, `W=$PWD; E=$(cat E); ${look} || true`, user);
  return { ran: ranIn(place.path), unguarded, handoff };
}

const deepPath = `p=a; for i in $(seq 250); do p=$p/a; done; mkdir -p $p`;

const unlookable: Readonly<Record<string, string>> = {
  "a folder that is entered and not listed": 'mkdir n; evil n/r; E=n/r; chmod 311 n; echo "$E" > E',
  "the workspace itself": 'evil r; E=r; echo "$E" > E; chmod 311 .',
  "a folder that is listed and not entered, until it is opened":
    'mkdir n; evil n/r; E=n/r; echo "$E" > E; chmod 644 n',
  "a folder in 250 others": `${deepPath}; evil $p/r; E=$p/r; echo "$E" > E`,
  "a repository in a name that is no UTF-8": 'evil "$D/r"; E="$D/r"; echo "$E" > E',
  "a repository beneath a name of 255 bytes": `n=$(printf '%0255d' 0); mkdir $n; evil $n/r; E=$n/r; echo "$E" > E`,
};

test.each(Object.entries(unlookable))(
  "what can't be looked into at the end is disabled: %s",
  async (name, lines) => {
    const look = 'chmod u+rwx . n 2>/dev/null; cd "$E" 2>/dev/null && git status';
    const { ran, unguarded, handoff } = await leave(lines, { look });
    expect(handoff.entries).toContainEqual(expect.objectContaining({ change: "disabled" }));
    expect({ ran, unguarded }).toEqual({ ran: false, unguarded: true });
    const test = `repositories that can't be looked into, or only by their bytes: ${name}`;
    recordScore({ row: 44, test, attempts: 1, blocked: 1, controlSucceeded: 1 });
  },
);

test("a repository that git finds through the index is not found at the name that a deep folder gets", async () => {
  const index = `git -C "$W" update-index --add --cacheinfo 160000,$(git -C $p/r rev-parse HEAD)`;
  const { ran, unguarded, handoff } = await leave(
    `${deepPath}; evil $p/r; ${index},$p/r; echo . > E; E=.
    q=$(echo $p | cut -c1-400).vaultbox-disabled; ${index},$q$(echo $p | cut -c401-)/r`,
  );
  expect([unguarded, ran]).toEqual([true, false]);
  expect(handoff.entries).toContainEqual(
    expect.objectContaining({ change: "disabled", kind: "deep folders" }),
  );
});

test("a repository at a path that is longer than the kernel takes is disabled where it lies", async () => {
  const { handoff } = await leave(
    `evil r; n=$(printf '%0250d' 0); for i in $(seq 20); do mkdir $n; cd $n; done; mv "$W/r" .; echo . > "$W/E"`,
  );
  const disabled = handoff.entries.filter(({ change }) => change === "disabled");
  expect(disabled.map(({ detail }) => detail?.slice(0, 19))).toEqual(["sets core.fsmonitor"]);
  expect(Buffer.byteLength(disabled[0]?.path ?? "")).toBeGreaterThan(4096);
});

test("a module whose name leaves no room for a longer one is disabled under a shorter one", async () => {
  await using place = createWorkspacePlace();
  await runShell(place, "git init -q .");
  const session = await place.start();
  await runShell(
    place,
    `${evil}; n=$(printf '%0255d' 0); mkdir s; git init -q s; git init -q --bare s/.git/modules/$n
    git -C s/.git/modules/$n config core.fsmonitor evil`,
  );
  await session.inspect();
  const [name = ""] = readdirSync(join(place.path, "s/.git/modules"));
  expect(name).toMatch(/^0{237}\.vaultbox-disabled$/);
});

describe("what a start can't look into, or can't mount over, stops it with its name", () => {
  const cases: Readonly<Record<string, readonly [string, RegExp]>> = {
    "in a repository": ["git init -q .; mkdir .git/x; chmod 0 .git/x", /has a x that can't be/],
    "included by settings": [
      "git init -q .; git config include.path ../i; echo '[core]' > i; chmod 0 i",
      /cannot read the configuration "[^"]*\/i"$/,
    ],
    modules: [
      "git init -q .; mkdir -p .git/modules/$(printf 'a/%.0s' $(seq 20))",
      /in more than 16 /,
    ],
    long: [
      "n=$(printf '%0250d' 0); for i in $(seq 20); do mkdir $n; cd $n; done; echo S=1 > .env",
      /its path is longer than 4095 bytes$/,
    ],
  };

  test.each(Object.entries(cases))("%j", async (name, [lines, message]) => {
    await using place = createWorkspacePlace(user);
    await runShell(place, lines, user);
    const start = asUser(() => place.start());
    await expect(start, name).rejects.toMatchObject({
      code: "VBX_WORKSPACE_UNSAFE",
      message: expect.stringMatching(message),
    });
    await run("chmod", ["-R", "u+rwX", place.path]);
  });
});

describe("a folder that can't be looked into is masked at the start, with all that is in it", () => {
  const cases = {
    closed: ["mkdir n; chmod 311 n", "n"],
    "listed only": ["mkdir n; : > n/.env; chmod 644 n", "n"],
    deep: [deepPath, Array.from({ length: 201 }, () => "a").join("/")],
  } as const;

  test.each(Object.entries(cases))("%j", async (name, [lines, path]) => {
    await using place = createWorkspacePlace(user);
    await runShell(place, lines, user);
    const session = await asUser(() => place.start());
    expect([name, session.mounted()?.masked]).toEqual([name, [path]]);
    const targets = session.mounted()?.binds.flatMap((bind) => (bind.readOnly ? bind.target : []));
    expect(targets).toContain(join(place.path, path));
    await run("chmod", ["-R", "u+rwX", place.path]);
  });
});

test("what one run leaves too deep is disabled, and the next one says nothing new of it", async () => {
  await using place = await createSessionsPlace();
  const during = async (lines: string): Promise<Handoff> => {
    const session = await place.open();
    await runShell({ path: place.workspace }, lines);
    const handoff = await session.end();
    await passClockTick();
    return handoff;
  };
  const disabled = [{ change: "disabled", kind: "deep folders" }];
  expect((await during(`${deepPath}; ${evil}; evil $p/r`)).entries).toMatchObject(disabled);
  expect(await during(":")).toMatchObject({ entries: [], complete: true });
  // The control: one that its sandbox opened
  const open = "chmod 755 $(find . -name '*.vaultbox-disabled-*')";
  expect((await during(open)).entries).toMatchObject(disabled);
}, 30_000);

test("a settings file that can't be read is hidden, because the sandbox could read it", async () => {
  await using place = createWorkspacePlace(user);
  await runShell(
    place,
    "echo '//r/:_authToken=abcdefgh' > .npmrc; echo x > ok.pem; chmod 0 .npmrc",
    user,
  );
  await runShell(place, "git init -q .; echo '[x]' > .gitmodules; chmod 0 .gitmodules", user);
  const session = await asUser(() => place.start());
  const targets = session.mounted()?.binds.map(({ target }) => target);
  expect(targets).toContain(join(place.path, ".gitmodules"));
  expect(session.mounted()?.hidden).toEqual([".npmrc"]);
  expect(lstatSync(join(place.path, ".npmrc")).mode & 0o777).toBe(0);
});

test("a folder that its owner had closed before, among packages, stays closed and where it is", async () => {
  await using place = createWorkspacePlace(user);
  await runShell(
    place,
    "mkdir -p node_modules/x/own node_modules/y; chmod 0 node_modules/x/own",
    user,
  );
  await passClockTick();
  const session = await asUser(() => place.start());
  await runShell(place, "mkdir node_modules/y/new; chmod 311 node_modules/y/new", user);
  const handoff = await asUser(() => session.inspect());
  expect(handoff?.entries.map(({ path }) => path)).toEqual(["node_modules/y/new"]);
  expect(lstatSync(join(place.path, "node_modules/x/own")).mode & 0o777).toBe(0);
  await run("chmod", ["-R", "u+rwX", place.path]);
});

test("what can't be looked into stops the start, however many other reasons come before it", async () => {
  const begin = async (hooks: number, closed: string): Promise<unknown> => {
    await using place = createWorkspacePlace(user);
    const make = `git init -q .; cd .git/hooks; for i in $(seq ${hooks}); do : > hook-$i; done; cd ..; ${closed}`;
    await runShell(place, make, user);
    return await asUser(() => place.start()).then(
      () => "started",
      (error: unknown) => error,
    );
  };
  const closed = "mkdir z; chmod 000 z";
  const refused = { code: "VBX_WORKSPACE_UNSAFE" };
  expect(await begin(1, closed)).toMatchObject(refused);
  expect(await begin(5001, closed)).toMatchObject(refused);
  // The control: as many, without one that can't be looked into
  expect(await begin(5001, ":")).toBe("started");
}, 60_000);

test.each([".git/logs/refs/heads", ".git/refs/heads", ".git/rr-cache"])(
  "a start that meets a folder in too many others says which, and starts once it is gone: %j",
  async (folder) => {
    await using place = createWorkspacePlace(user);
    await runShell(place, `git init -q .; mkdir -p ${folder}; cd ${folder}; ${deepPath}`, user);
    const refused = await asUser(() => place.start()).then(
      () => "started",
      (error: unknown) => error,
    );
    const message = `"${folder}/a/a/a`;
    expect(refused).toMatchObject({ message: expect.stringContaining(message) as string });
    expect(refused).toMatchObject({
      hints: expect.arrayContaining([expect.stringMatching(/^move that folder/)]) as string[],
    });
    await run("rm", ["-r", join(place.path, folder, "a")]);
    await asUser(() => place.start());
  },
);
