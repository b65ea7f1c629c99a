import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Standin } from "../../src/demo/standin-server.ts";
import { openAgentWorld, type AgentWorld } from "../support/agent-world.ts";
import { createCanary } from "../support/canary.ts";
import { recordScore } from "../support/scoreboard.ts";
import { registryHost, standinRegistry } from "./standin-registry.ts";

const runTimeoutMs = 900_000;
/** A name that can't exist (RFC 2606) */
const otherHost = "files.collect.example";

/** The user whose npm is configured for a registry: the machine's own user, or one whose registry is the stand-in. */
async function configureUser(world: AgentWorld, registry: string): Promise<string> {
  const home = join(world.root, "home");
  await mkdir(home);
  await writeFile(join(home, ".npmrc"), `registry=${registry}\n`);
  return home;
}

interface PublishWorld extends AsyncDisposable {
  readonly world: AgentWorld;
  readonly registry: Standin;
  readonly token: string;
  readonly home: string;
}

/** A workspace with a package to publish, a token in the vault, and the stand-in as the user's registry. */
async function openPublishWorld(): Promise<PublishWorld> {
  await using stack = new AsyncDisposableStack();
  const world = stack.use(await openAgentWorld());
  const token = `npm_${createCanary()}`;
  const registry = await world.openApi(standinRegistry(token));
  const home = await configureUser(world, `https://${registryHost}/`);
  await world.store("npm", token, { HOME: home });
  const manifest = { name: "a-package", version: "1.0.0", description: "d", license: "MIT" };
  await writeFile(join(world.workspace, "package.json"), JSON.stringify(manifest));
  // npm puts the variable in by itself: it's the placeholder
  await writeFile(join(world.workspace, ".npmrc"), `//${registryHost}/:_authToken=\${NPM_TOKEN}\n`);
  const kept = stack.move();
  return { world, registry, token, home, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

function publish({ world, registry, home }: PublishWorld, allow: readonly string[]) {
  const flags = world.runFlags({ [registryHost]: registry });
  const allowed = allow.flatMap((rule) => ["--allow", rule]);
  const command = ["npm", "publish", "--fetch-retries=0"];
  return world.vaultbox(["run", ...flags, ...allowed, "--", ...command], {
    env: { HOME: home },
    timeoutMs: runTimeoutMs,
  });
}

test(
  "npm install gets a package through the registry of the user's own npm configuration",
  { timeout: runTimeoutMs },
  async () => {
    await using world = await openAgentWorld();
    const args = ["run", "--allow", "preset:npm", "--", "npm", "install", "is-number"];
    const result = await world.vaultbox(args, {
      env: { HOME: homedir() },
      timeoutMs: runTimeoutMs,
    });
    expect(result).toMatchObject({ status: 0 });
    const path = join(world.workspace, "node_modules", "is-number", "package.json");
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ name: "is-number" });
    const { stdout } = await promisify(execFile)("npm", ["config", "get", "registry"], {
      cwd: "/",
    });
    const { hostname } = new URL(stdout.trim());
    const show = await world.vaultbox(["audit", "show", "--json", "--limit", "all"]);
    const { requests } = JSON.parse(show.stdout) as {
      requests: readonly { decision: { host: string; verdict: string } }[];
    };
    // A boolean, so that a failure doesn't print the host
    expect(requests.length > 0 && requests.every((one) => one.decision.host === hostname)).toBe(
      true,
    );
  },
);

test(
  "npm publish is refused with the reason on the terminal, and the registry gets nothing of it",
  { timeout: runTimeoutMs },
  async () => {
    await using prepared = await openPublishWorld();
    const refused = await publish(prepared, ["preset:npm"]);
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toContain("403");
    expect(refused.stderr).toContain("method-not-allowed");
    const arrived = prepared.registry.requests.filter(({ method }) => method === "PUT").length;
    expect(arrived).toBe(0);

    // Control: with a rule for it, the same command publishes, with the real token
    const allowed = await publish(prepared, [
      "preset:npm",
      `PUT https://${registryHost}/a-package`,
    ]);
    expect(allowed).toMatchObject({ status: 0 });
    const published = prepared.registry.requests.filter(({ method }) => method === "PUT");
    expect(published.map(({ authorised }) => authorised)).toEqual([true]);
    recordScore({
      row: 24,
      test: "npm publish under the npm preset",
      attempts: 1,
      blocked: 1 - arrived,
      controlSucceeded: published.length,
    });
  },
);

test(
  "a package from any other host is refused with the reason on the terminal",
  { timeout: runTimeoutMs },
  async () => {
    await using prepared = await openPublishWorld();
    const { world, registry, home } = prepared;
    const other = await world.openApi(standinRegistry("none"));
    const install = (allow: readonly string[]) =>
      world.vaultbox(
        [
          "run",
          ...world.runFlags({ [registryHost]: registry, [otherHost]: other }),
          ...["preset:npm", ...allow].flatMap((rule) => ["--allow", rule]),
          "--",
          "npm",
          "install",
          "--fetch-retries=0",
          `https://${otherHost}/a.tgz`,
        ],
        { env: { HOME: home }, timeoutMs: runTimeoutMs },
      );
    const refused = await install([]);
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toContain("host-not-allowed");
    expect(other.requests).toHaveLength(0);

    // Control: with a rule for the host, the same command reaches it
    await install([otherHost]);
    expect(other.requests.map(({ target }) => target)).toContain("/a.tgz");
  },
);
