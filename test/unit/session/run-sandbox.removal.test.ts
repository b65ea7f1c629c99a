import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { resolvePaths, type Paths } from "../../../src/base/paths.ts";
import type { CreatedContainer, Engine } from "../../../src/engine/engine.ts";
import { VaultboxError } from "../../../src/base/errors.ts";
import type { RunHost, RunOptions } from "../../../src/session/plan/run-request.ts";
import { readAccounts } from "../../../src/sandbox/sandbox-user.ts";
import { SessionEnding } from "../../../src/session/session-ending.ts";
import { runSandbox } from "../../../src/session/run-sandbox.ts";
import { readActiveSessions } from "../../../src/base/session-state.ts";

const lost = new VaultboxError("VBX_ENGINE_FAILED", "the connection to the engine failed");
/** How a run ends whose `--allow` is no rule. */
const badPolicy = { code: "VBX_USAGE", message: expect.stringContaining("--allow") };

/** What an engine does with the relay; each part works unless it's given. */
interface RelayCalls {
  readonly create?: () => Promise<CreatedContainer>;
  readonly start?: () => Promise<never>;
  readonly remove?: () => Promise<void>;
}

/** An engine that knows one container, the relay. */
function createEngine(calls: RelayCalls) {
  const removed: string[] = [];
  const remove = async (): Promise<void> => {
    await calls.remove?.();
    removed.push("relay");
  };
  const relay = {
    id: "relay",
    attach: () => Promise.resolve({}),
    start: calls.start ?? (() => Promise.resolve({})),
    remove,
  } as unknown as CreatedContainer;
  const engine = {
    info: () => Promise.resolve({ endpoint: "tcp://engine.example:2376", securityOptions: [] }),
    createContainer: calls.create ?? (() => Promise.resolve(relay)),
    findContainer: () => Promise.resolve({ remove }),
  };
  return { engine: engine as unknown as Engine, removed };
}

async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-test-removal-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function createPaths(): Promise<Paths> {
  return resolvePaths({ VAULTBOX_HOME: await createFolder() });
}

/** A run whose policy turns out to be broken while its relay is under way. */
async function runBroken(engine: Engine, paths: Paths): Promise<unknown> {
  const host = {
    paths,
    env: {},
    engine: Promise.resolve(engine),
    relayImage: Promise.resolve({ tag: "relay", command: [] }),
    ending: new SessionEnding(),
    onEvent: () => undefined,
  } as unknown as RunHost;
  const workspace = await createFolder();
  const options: RunOptions = {
    workspace,
    command: ["true"],
    allow: ["no rule"],
    vault: [],
    connectTo: [],
    upstreamCa: [],
    mounts: [],
    allowMounts: [],
    show: [],
    variables: [],
    home: undefined,
    runtime: undefined,
    keepsHistory: false,
    needsCredential: false,
    link: "stdio",
    image: { packages: [], npm: [] },
    memoryBytes: 1,
    cpus: 1,
    timeoutMs: undefined,
  };
  return await runSandbox(options, host).catch((error: unknown) => error);
}

test("a session that removed everything is over; one whose removal failed stays for the next run to clean up", async () => {
  const gone = createEngine({});
  const over = await createPaths();
  expect(await runBroken(gone.engine, over)).toMatchObject(badPolicy);
  expect(gone.removed).toEqual(["relay"]);
  expect(await readActiveSessions(over)).toEqual([]);

  const stuck = createEngine({ remove: () => Promise.reject(lost) });
  const kept = await createPaths();
  expect(await runBroken(stuck.engine, kept)).toMatchObject({ error: lost, suppressed: badPolicy });
  expect(await readActiveSessions(kept)).toMatchObject([{ endedAt: expect.any(String) }]);
});

test("a container whose creation got no answer is removed all the same, or left to the next run", async () => {
  const create = (): Promise<never> => Promise.reject(lost);
  const back = createEngine({ create });
  const over = await createPaths();
  await runBroken(back.engine, over);
  expect(back.removed).toEqual(["relay"]);
  expect(await readActiveSessions(over)).toEqual([]);

  const away = createEngine({ create, remove: () => Promise.reject(lost) });
  const kept = await createPaths();
  await runBroken(away.engine, kept);
  expect(await readActiveSessions(kept)).toHaveLength(1);
});

test("a relay that fails to start while the policy is read ends the run in order, not the process", async () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", onUnhandled);
  onTestFinished(() => void process.off("unhandledRejection", onUnhandled));
  const failing = createEngine({ start: () => Promise.reject(lost) });
  const paths = await createPaths();
  expect(await runBroken(failing.engine, paths)).toMatchObject(badPolicy);
  expect(failing.removed).toEqual(["relay"]);
  expect(unhandled).toEqual([]);
  expect(await readActiveSessions(paths)).toEqual([]);
});

test("the container that an image's accounts are read from is removed with the session when it could not be at once", async () => {
  const { state } = await createPaths();
  const image = { id: "sha256:0", reference: "image" };
  let attempts = 0;
  const probe = {
    getArchive: () => Promise.resolve(undefined),
    remove: () => (++attempts === 1 ? Promise.reject(lost) : Promise.resolve()),
  };
  const { engine } = createEngine({ create: () => Promise.resolve(probe as never) });
  const stack = new AsyncDisposableStack();
  const options = { cacheFolder: state, labels: {}, seccomp: "{}", stack };
  const read = readAccounts(engine, image, options);
  await expect(read).rejects.toBe(lost);
  await stack.disposeAsync();
  expect(attempts).toBe(2);
});
