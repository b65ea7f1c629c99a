import { readFileSync } from "node:fs";
import { canInstallPackages } from "../../src/engine/install-engine.ts";
import { applyEngineSetup, planEngineSetup } from "../../src/engine/set-up-engine.ts";

/** The engine of a test run; disposing ends it if this run started it. */
export interface TestMachine extends AsyncDisposable {
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Installs the packages that tests use (as root, where they are missing) and makes sure that an engine answers.
 * @param extra more packages, one a line
 */
export async function prepareTestMachine(extra = ""): Promise<TestMachine> {
  const list = readFileSync(new URL("debian-packages.txt", import.meta.url), "utf8");
  const packages = `${list}${extra}`.split("\n").filter((line) => line !== "");
  const canInstall = canInstallPackages();
  if (!canInstall) say(`not installing packages here; tests use ${packages.join(", ")}`);
  const setup = await planEngineSetup(process.env, canInstall ? packages : []);
  const engine = await applyEngineSetup(setup, process.env, { onLine: say });
  if (engine !== undefined) say(`to stop it before the run ends: kill ${engine.pid}`);
  return {
    // Tests must not depend on an image registry
    env: { ...(canInstall ? { VAULTBOX_BASE: "debian" } : {}), ...process.env },
    [Symbol.asyncDispose]: async () => {
      if (engine === undefined) return;
      say(`stopping the container engine, pid ${engine.pid}`);
      await engine.stop();
    },
  };
}

export function say(line: string): void {
  process.stderr.write(`engine: ${line}\n`);
}
