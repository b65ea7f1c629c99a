import { createHash, randomBytes } from "node:crypto";
import { chownSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { serverUser, startApache } from "./apache.ts";
import { writeBareRepository } from "./bare-repository.ts";
import { readGit } from "./git.ts";
import { parseAccessLog, type ServedRequest, writeApacheConfig } from "./git-server-config.ts";
import { createTestCa, type TestCa } from "./test-ca.ts";

export const gitHost = "git.example.test";
export const gitUser = "x-access-token";

export interface RepositoryOptions {
  readonly format?: "sha1" | "sha256";
  /** Settings of the repository, `name=value` */
  readonly config?: readonly string[];
  /** A repository whose objects and refs it begins with */
  readonly from?: string;
  /** Full ref name → object id */
  readonly refs?: Readonly<Record<string, string>>;
}

/** apache with `git http-backend` over TLS on loopback; everything needs the user `x-access-token` and the token. */
export interface GitServer extends AsyncDisposable {
  readonly port: number;
  readonly ca: TestCa;
  /** The password; only what vaultbox holds for the host knows it */
  readonly token: string;
  /** `name` as in `acme/widgets`, served at `/acme/widgets.git`. Resolves to its folder */
  readonly createRepository: (name: string, options?: RepositoryOptions) => Promise<string>;
  readonly folderOf: (name: string) => string;
  /** Runs git in a repository as the server's user */
  readonly git: (name: string, args: readonly string[], input?: Buffer | string) => Promise<string>;
  /** Full ref name → object id, read from the server's disk */
  readonly refs: (name: string) => Promise<Readonly<Record<string, string>>>;
  /** Every request that was answered so far, but those by which this is asked */
  readonly requests: () => Promise<readonly ServedRequest[]>;
  /** What git and apache complained about */
  readonly errors: () => Promise<string>;
}

type GitIn = (cwd: string, args: readonly string[], input?: Buffer | string) => Promise<string>;

export interface GitServerOptions {
  /** Users beside `x-access-token`, with their passwords */
  readonly others?: Readonly<Record<string, string>>;
}

export async function startGitServer(options: GitServerOptions = {}): Promise<GitServer> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "vbx-git-server-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const ca = createTestCa("git server");
  const token = randomBytes(20).toString("hex");
  await writeSecrets(folder, ca, { ...options.others, [gitUser]: token });
  if (serverUser !== undefined) giveAway(folder);
  const port = await startApache(folder, stack, (port) =>
    writeApacheConfig({ folder, port, host: gitHost }),
  );
  const kept = stack.move();
  const folderOf = (name: string): string => join(folder, "repositories", `${name}.git`);
  const gitIn: GitIn = (cwd, args, input = "") =>
    readGit(args, { cwd, input, ...(serverUser === undefined ? {} : { user: serverUser }) });
  return {
    port,
    ca,
    token,
    folderOf,
    createRepository: async (name, repository = {}) => {
      const place = folderOf(name);
      await createRepository(place, repository);
      return place;
    },
    git: (name, args, input) => gitIn(folderOf(name), args, input),
    refs: async (name) => parseRefs(await gitIn(folderOf(name), ["for-each-ref"])),
    requests: () => readServedRequests(port, join(folder, "access.log")),
    errors: () => readFile(join(folder, "error.log"), "utf8"),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

const lastPath = "/the-last-request";

/** Apache writes a line once it has answered: with that of a request of ours, those of all before it are there too. */
async function readServedRequests(port: number, log: string): Promise<readonly ServedRequest[]> {
  const query = `?${randomBytes(8).toString("hex")}`;
  const options = { port, path: `${lastPath}${query}`, rejectUnauthorized: false, agent: false };
  get({ ...options, host: "127.0.0.1", servername: gitHost }, (answer) => answer.resume());
  for (;;) {
    const served = parseAccessLog(await readFile(log, "utf8"));
    if (served.some((request) => request.query === query)) {
      return served.filter(({ path }) => path !== lastPath);
    }
    await setTimeout(2);
  }
}

async function writeSecrets(
  folder: string,
  ca: TestCa,
  users: Readonly<Record<string, string>>,
): Promise<void> {
  const { certPem, keyPem } = ca.issue({ hosts: [gitHost] });
  // The form {SHA} of apache's password files: the tokens are random, so a slow hash would add nothing
  const lines = Object.entries(users).map(([user, token]) => {
    const digest = createHash("sha1").update(token).digest("base64");
    return `${user}:{SHA}${digest}\n`;
  });
  await mkdir(join(folder, "repositories"));
  await writeFile(join(folder, "server.pem"), certPem);
  await writeFile(join(folder, "server.key"), keyPem);
  await writeFile(join(folder, "passwords"), lines.join(""));
}

function giveAway(folder: string): void {
  if (serverUser === undefined) return;
  for (const name of ["", "repositories", "server.key", "passwords"]) {
    chownSync(join(folder, name), serverUser.uid, serverUser.gid);
  }
}

async function createRepository(place: string, options: RepositoryOptions): Promise<void> {
  const { format = "sha1", config = [], refs = {}, from } = options;
  await mkdir(dirname(place), { recursive: true });
  // As the large hosts have them: partial clones by every protocol version
  const partial = ["uploadpack.allowFilter=true", "uploadpack.allowAnySHA1InWant=true"];
  const settings = ["http.receivepack=true", ...partial, ...config];
  writeBareRepository(place, { format, branch: "main", config: settings, refs, from });
  if (serverUser === undefined) return;
  const all = readdirSync(place, { recursive: true, encoding: "utf8" });
  for (const path of [dirname(place), place, ...all.map((name) => join(place, name))]) {
    chownSync(path, serverUser.uid, serverUser.gid);
  }
}

/** Lines of `git for-each-ref`. */
function parseRefs(text: string): Readonly<Record<string, string>> {
  const lines = text.split("\n").filter((line) => line !== "");
  return Object.fromEntries(
    lines.map((line) => {
      const [id = "", rest = ""] = line.split(" ");
      return [rest.slice(rest.indexOf("\t") + 1), id];
    }),
  );
}
