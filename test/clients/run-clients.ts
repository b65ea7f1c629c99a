import { chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { startGitBackend } from "../support/git-backend.ts";
import { readGit } from "../support/git.ts";
import { createWorld, type SandboxWorld } from "../support/sandbox-world.ts";
import { createTestCa } from "../support/test-ca.ts";
import { type ClientResult, toResult } from "./client-result.ts";
import { installPython } from "./python-packages.ts";
import type { Stack } from "./stack.ts";
import { startClientStandin } from "./standin.ts";
import { allowedHosts, toDriver, toSteps } from "./steps.ts";

/** Every operation of every client in one sandbox of that owner's; a client whose setup fails has that as its result. */
export async function runClients(
  clients: readonly Stack[],
  { image, owner }: { readonly image: string; readonly owner: number },
): Promise<readonly ClientResult[]> {
  const hosts = Object.values(allowedHosts);
  const ca = createTestCa();
  await using world = await createWorld(owner);
  const { workspace } = world;
  const outputs = join(workspace, "out");
  await placeFiles(clients, workspace, owner);
  const failures = await installPython(clients, join(workspace, "python"));
  const repositories = await makeRepositories(join(dirname(world.home), "git"));
  await using backend = await startGitBackend(repositories);
  await using standin = await startClientStandin(ca.issue({ hosts }), {
    served: join(workspace, "served"),
    outputs,
    gitUrl: backend.url,
  });
  const caFile = join(dirname(world.home), "ca.pem");
  await writeFile(caFile, ca.certPem);
  await addKey(world);
  const flags = hosts
    .flatMap((host) => [
      "--connect-to",
      `${host}:443:127.0.0.1:${standin.port}`,
      "--allow",
      `* https://${host}/**`,
    ])
    .concat("--allow", `GET wss://${allowedHosts.plain}/websocket`)
    .concat("--image", image, "--upstream-ca", caFile, "--memory", "6GiB");
  const result = await world.run(["run", ...flags, "--", "sh", "drive.sh"], {
    timeoutMs: 3_600_000,
  });
  if (result.status !== 0) throw new Error(`the clients didn't run: ${result.stderr}`);
  return readResults(clients, outputs, failures);
}

async function placeFiles(
  clients: readonly Stack[],
  workspace: string,
  owner: number,
): Promise<void> {
  for (const folder of ["setups", "steps", "out", "served"]) {
    await mkdir(join(workspace, folder));
    await chown(join(workspace, folder), owner, owner);
  }
  const files = clients.flatMap(({ file }) => file ?? []);
  const setups = clients.map(({ setup = "" }, index) => ({
    path: `setups/${index}.sh`,
    text: setup,
  }));
  const steps = toSteps(clients).map(({ id, script }) => ({
    path: `steps/${id}.sh`,
    text: script,
  }));
  for (const { path, text } of [
    ...files,
    ...setups,
    ...steps,
    { path: "drive.sh", text: toDriver(clients) },
  ]) {
    await writeFile(join(workspace, path), text);
    await chown(join(workspace, path), owner, owner);
  }
}

/** A repository that clients clone and push to; it is a crate too. */
async function makeRepositories(folder: string): Promise<string> {
  await mkdir(join(folder, "work", "src"), { recursive: true });
  await writeFile(join(folder, "work", "README"), "it was served\n");
  await writeFile(join(folder, "work", "src", "lib.rs"), "");
  await writeFile(
    join(folder, "work", "Cargo.toml"),
    '[package]\nname = "served"\nversion = "1.0.0"\n',
  );
  const cwd = join(folder, "work");
  await readGit(["init", "-q", "-b", "main"], { cwd });
  await readGit(["add", "."], { cwd });
  await readGit(["commit", "-q", "-m", "one"], { cwd });
  await readGit(["clone", "-q", "--bare", cwd, join(folder, "served.git")], { cwd });
  return folder;
}

/** A credential for the clients that send one, in a vault that opens without a question. */
async function addKey(world: SandboxWorld): Promise<void> {
  const commands = [
    ["vault", "create", "default", "--store", "age", "--unlock", "identity"],
    ["credential", "add", "models", "--host", allowedHosts.keyed, "--env", "MODELS_KEY"],
  ];
  for (const args of commands) {
    const { status, stderr } = await world.run(args, { input: "a-secret-of-the-models" });
    if (status !== 0) throw new Error(`vaultbox ${args.join(" ")}: ${stderr}`);
  }
}

async function readResults(
  clients: readonly Stack[],
  outputs: string,
  failures: ReadonlyMap<string, string>,
): Promise<readonly ClientResult[]> {
  const read = (name: string) => readFile(join(outputs, name), "utf8").catch(() => undefined);
  const steps = toSteps(clients);
  return Promise.all(
    clients.map(async (client, index) => {
      const failed = await read(`${index}-setup-failed`);
      const printedSetup = (await read(`${index}-setup`)) ?? "";
      const setup = failures.get(client.name) ?? (failed && `${printedSetup}${failed}`);
      const own = steps.filter((step) => step.client === index);
      const printed = await Promise.all(
        own.map(async (step) => ({ ...step, output: (await read(step.id)) ?? "" })),
      );
      return toResult(client, printed, setup);
    }),
  );
}
