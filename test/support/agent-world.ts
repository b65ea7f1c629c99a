import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSessionCa } from "../../src/ca/session-ca.ts";
import { openStandin, type Standin, type StandinHandler } from "../../src/demo/standin-server.ts";
import { type CliResult, runCli } from "./run-cli.ts";

/** A vaultbox home with one vault and one credential, a workspace, and stand-ins that only `--upstream-ca` makes trusted. */
export interface AgentWorld extends AsyncDisposable {
  readonly root: string;
  readonly workspace: string;
  readonly vaultboxHome: string;
  /** Starts a stand-in over TLS; it ends with the world */
  readonly openApi: (handler: StandinHandler) => Promise<Standin>;
  /** Stores a credential of a preset in the vault `work` */
  readonly store: (preset: string, secret: string, env?: RunOptions["env"]) => Promise<void>;
  /** `vaultbox ARGS` in the workspace */
  readonly vaultbox: (args: readonly string[], options?: RunOptions) => Promise<CliResult>;
  /** `--vault work --upstream-ca …`, and `--connect-to` for each host at its stand-in */
  readonly runFlags: (hosts: Readonly<Record<string, Pick<Standin, "port">>>) => readonly string[];
}

export interface RunOptions {
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export const testVault = "work";

/** `unlock`: an identity file opens at once, a passphrase takes the second that guessing one must cost, each time. */
export async function openAgentWorld({
  unlock = "identity",
}: { readonly unlock?: "passphrase" | "identity" } = {}): Promise<AgentWorld> {
  const root = await mkdtemp(join(tmpdir(), "vaultbox-test-agent-"));
  const workspace = join(root, "workspace");
  const vaultboxHome = join(root, "vaultbox");
  const caFile = join(root, "ca.pem");
  const passphraseFile = join(root, "passphrase");
  const ca = await createSessionCa({ name: "vaultbox test stand-ins" });
  await mkdir(workspace);
  await writeFile(caFile, ca.certificatePem);
  await writeFile(passphraseFile, "correct horse battery staple\n", { mode: 0o600 });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(root, { recursive: true, force: true }));

  const vaultbox: AgentWorld["vaultbox"] = (args, options = {}) =>
    runCli(args, {
      cwd: workspace,
      timeoutMs: options.timeoutMs ?? 60_000,
      ...(options.input === undefined ? {} : { input: options.input }),
      env: {
        VAULTBOX_HOME: vaultboxHome,
        VAULTBOX_PASSPHRASE_FILE: passphraseFile,
        // A test run names what its images are built from; an image must not be built twice
        VAULTBOX_BASE: process.env["VAULTBOX_BASE"],
        NODE_EXTRA_CA_CERTS: process.env["NODE_EXTRA_CA_CERTS"],
        ...options.env,
      },
    });
  const required = async (args: readonly string[], options?: RunOptions): Promise<void> => {
    const result = await vaultbox(args, options);
    if (result.status !== 0) throw new Error(`vaultbox ${args.join(" ")}: ${result.stderr}`);
  };
  await required(["vault", "create", testVault, "--store", "age", "--unlock", unlock]);

  const kept = stack.move();
  return {
    root,
    workspace,
    vaultboxHome,
    vaultbox,
    openApi: async (handler) =>
      kept.use(
        await openStandin(handler, {
          SNICallback: (name, done) => done(null, ca.secureContextFor(name)),
        }),
      ),
    store: (preset, secret, env = {}) =>
      required(["credential", "add", preset, "--vault", testVault], { input: secret, env }),
    runFlags: (hosts) => [
      "--vault",
      testVault,
      "--upstream-ca",
      caFile,
      ...Object.entries(hosts).flatMap(([host, { port }]) => [
        "--connect-to",
        `${host}:443:127.0.0.1:${port}`,
      ]),
    ],
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
