import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { resolvePaths } from "../../../src/config/paths.ts";
import { defaultWorkspaceSettings } from "../../../src/policy/workspace-settings.ts";
import { handoffLines } from "../../../src/sandbox/workspace/handoff/handoff-text.ts";
import {
  openWorkspaceSession,
  type WorkspaceSession,
} from "../../../src/sandbox/workspace/workspace-session.ts";
import { gitEnvironment } from "../../support/host-git.ts";
import { recordScore } from "../../support/scoreboard.ts";

const run = promisify(execFile);

interface Place extends AsyncDisposable {
  /** A workspace */
  readonly path: string;
  readonly open: () => WorkspaceSession;
}

function createPlace(): Place {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "vbn-")));
  const path = join(base, "w");
  mkdirSync(path);
  mkdirSync(join(base, "run"));
  const paths = resolvePaths({ VAULTBOX_HOME: join(base, "home"), XDG_RUNTIME_DIR: base });
  mkdirSync(join(paths.state, "sessions/0123456789ab"), { recursive: true });
  const stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(base, { recursive: true, force: true }));
  return {
    path,
    open: () => {
      const session = openWorkspaceSession({
        paths,
        session: "0123456789ab",
        workspace: path,
        settings: defaultWorkspaceSettings,
        mounts: [],
        checkMount: async () => {},
      });
      stack.defer(session.close);
      return session;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** What a sandbox's shell does in the workspace, and what the host's git does later; `$D` is a name that is no UTF-8. */
async function shell(place: Place, lines: string): Promise<string> {
  const script = `D=$(printf 'caf\\351'); ${lines}`;
  const env = { ...gitEnvironment(), LC_ALL: "C" };
  const { stdout } = await run("sh", ["-c", script], { cwd: place.path, env });
  return stdout;
}

/** A repository whose settings run a program, and in the workspace's own index. */
const evilRepository = `git init -q .; git init -q "$D"
git -C "$D" -c user.name=a -c user.email=a@b commit -q --allow-empty -m x; git add "$D" 2>/dev/null
git -C "$D" config core.fsmonitor "touch \\"$PWD/RAN\\"; false"`;

test("a file to hide in a folder whose name is no UTF-8 stops the start, and the hint helps", async () => {
  await using place = createPlace();
  await shell(place, `mkdir -p "a/$D/b"; echo S=1 > "a/$D/b/.env"`);
  // The name that text makes of these bytes is another one: what is done with it hides nothing
  expect(await shell(place, `cat "a/$D/b/.env"`)).toBe("S=1\n");
  expect(Buffer.from(readdirSync(join(place.path, "a"))[0] ?? "").toString("hex")).toMatch(
    /efbfbd$/,
  );
  const failure = await place
    .open()
    .mount(join(place.path, "../run"))
    .catch((error: unknown) => error);
  const message = `cannot hide or protect "${place.path}/a/caf\\xe9/b/.env": a container engine takes only names in UTF-8, and "caf\\xe9" is none`;
  expect(failure).toMatchObject({ code: "VBX_WORKSPACE_UNSAFE", message });
  const [hint = ""] = (failure as { hints: readonly string[] }).hints;
  const command = hint.replace(/^.*?: /, "");
  await run("bash", ["-c", command]);
  const mounts = await place.open().mount(join(place.path, "../run"));
  expect(mounts.hidden).toEqual(["a/NEW-NAME/b/.env"]);
  recordScore({
    row: 44,
    test: "a secret in a folder whose name is no UTF-8",
    attempts: 1,
    blocked: 1,
    controlSucceeded: 1,
  });
});

test("a repository in a folder whose name is no UTF-8 is held before the host's git runs its settings", async () => {
  await using control = createPlace();
  await shell(control, evilRepository);
  await shell(control, "git status");
  expect(readdirSync(control.path)).toContain("RAN");
  await using place = createPlace();
  await shell(place, "git init -q .");
  const session = place.open();
  await session.mount(join(place.path, "../run"));
  await shell(place, evilRepository);
  // A name with the character that stands for these bytes in text is another name
  await shell(place, `git init -q "caf\ufffd"`);
  const handoff = await session.inspect();
  await shell(place, "git status");
  expect(readdirSync(place.path)).not.toContain("RAN");
  const repositories = handoff?.entries.filter(({ kind }) => kind === "repositories");
  expect(repositories).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        change: "held",
        path: String.raw`caf\xe9/.git`,
        detail: String.raw`sets core.fsmonitor; it is caf\xe9/.git.vaultbox-held now`,
      }),
      expect.objectContaining({ change: "new", path: "caf\ufffd/.git" }),
    ]),
  );
  expect(handoffLines(handoff ?? { entries: [], complete: true, tookMs: 0 }).join("\n")).toContain(
    String.raw`held back: caf\xe9/.git sets core.fsmonitor; it is caf\xe9/.git.vaultbox-held now`,
  );
  recordScore({
    row: 44,
    test: "a repository in a folder whose name is no UTF-8",
    attempts: 1,
    blocked: 1,
    controlSucceeded: 1,
  });
});
