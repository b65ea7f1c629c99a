import { execFile } from "node:child_process";
import { chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { StandinHandler } from "../../src/demo/standin-server.ts";
import { openAgentWorld, testVault, type AgentWorld } from "../support/agent-world.ts";
import { boxPlaces, dumpPath, writeDumpProgram } from "../support/box-dump.ts";
import { createCanary } from "../support/canary.ts";
import {
  containersWith,
  searchFolders,
  searchHostOf,
  searchTexts,
  type HitsByPlace,
} from "./host-look.ts";
import { requireBaseImage, requireEngine } from "../support/require-engine.ts";
import type { CliResult } from "../support/run-cli.ts";
import { recordScore } from "../support/scoreboard.ts";

const execute = promisify(execFile);
const timeout = 300_000;

/** One credential of each scheme, all with the same secret: where it goes, and how curl is told. */
const schemes = [
  { name: "one", flags: ["--bearer"], curl: '-H "Authorization: Bearer $KEY_ONE"', query: "" },
  { name: "two", flags: ["--basic", "user"], curl: '-u "user:$KEY_TWO"', query: "" },
  {
    name: "three",
    flags: ["--header", "X-Api-Key"],
    curl: '-H "x-aPI-kEY: $KEY_THREE"',
    query: "",
  },
  { name: "four", flags: ["--query", "key"], curl: "", query: "?key=$KEY_FOUR" },
] as const;

const host = (name: string): string => `${name}.vaultbox.example`;

interface CanaryWorld {
  readonly world: AgentWorld;
  readonly canary: string;
  /** `vaultbox` with debug lines; what it printed is kept for the search */
  readonly run: (
    args: readonly string[],
    options?: Parameters<AgentWorld["vaultbox"]>[1],
  ) => Promise<CliResult>;
  readonly printed: string[];
}

async function prepare(world: AgentWorld): Promise<CanaryWorld> {
  const canary = createCanary();
  const printed: string[] = [];
  const own = { HOME: join(world.root, "home"), TMPDIR: join(world.root, "tmp") };
  for (const folder of Object.values(own)) await mkdir(folder);
  const run: CanaryWorld["run"] = async (args, options = {}) => {
    const env = { ...own, VAULTBOX_DEBUG: "1", ...options.env };
    const result = await world.vaultbox(args, { timeoutMs: 120_000, ...options, env });
    printed.push(result.stdout, result.stderr);
    return result;
  };
  for (const { name, flags } of schemes) {
    const variable = `KEY_${name.toUpperCase()}`;
    const args = ["credential", "add", name, "--vault", testVault, "--host", host(name)];
    const added = await run([...args, ...flags, "--env", variable], { input: canary });
    expect(added).toMatchObject({ status: 0 });
  }
  return { world, canary, run, printed };
}

/** Echoes the names of headers as they were spelled; `/look` calls back before it answers, `/hang` never ends. */
function echo(onLook: () => Promise<void>): StandinHandler {
  return async (request, response) => {
    if (request.path === "/look") await onLook();
    if (request.path === "/fail") response.statusCode = 500;
    response.setHeader("X-Echoed-Names", Object.keys(request.headers).join(" "));
    if (request.path === "/hang") response.write("begun\n");
    else response.end(`${request.method} ${Object.keys(request.headers).join(" ")}\n`);
  };
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** What a client of every scheme does, with a request under way while the dump is taken. */
function toScript(dump: string): string {
  const lines = schemes.flatMap(({ name, curl, query }) => [
    `curl -sS -m 20 -D ${name}.head -o ${name}.body ${curl} "https://${host(name)}/v1/items${query}" || exit 9`,
    `curl -sS -m 20 -d x=1 -o ${name}.post ${curl} "https://${host(name)}/fail${query}" || exit 9`,
  ]);
  return [
    ...lines,
    `curl -sS -m 20 -o denied.body https://denied.vaultbox.example/ 2> denied.err`,
    `curl -sS -m 20 -o down.body https://${host("down")}/ 2> down.err`,
    `curl -sS -m 20 -o stray.body -H "Authorization: Bearer $KEY_TWO" https://${host("one")}/ 2> stray.err`,
    `curl -sS -m 20 -o foreign.body -H "Authorization: Bearer sk-of-an-attacker" https://${host("one")}/ 2> foreign.err`,
    `curl -sS -m 60 -N -H "Authorization: Bearer $KEY_ONE" https://${host("one")}/hang > hang.body &`,
    `curl -sS -m 60 -o look.body -H "Authorization: Bearer $KEY_ONE" https://${host("one")}/look || exit 9`,
    `${dump} || exit 8`,
    `kill $!; exit 0`,
  ].join("\n");
}

async function searchBox(workspace: string, canary: string): Promise<HitsByPlace> {
  const paths = boxPlaces.map((place) => [place, [dumpPath(workspace, place)]] as const);
  return searchFolders(Object.fromEntries(paths), canary);
}

function score(row: number, test: string, hits: HitsByPlace, control: HitsByPlace): void {
  const count = (all: HitsByPlace, isHit: boolean) =>
    Object.values(all).filter((hit) => hit > 0 === isHit).length;
  recordScore({
    row,
    test,
    attempts: Object.keys(hits).length,
    blocked: count(hits, false),
    controlSucceeded: count(control, true),
  });
}

/** What the host shows of a container, and what is the host's own. */
function splitPlaces(hits: HitsByPlace): readonly [HitsByPlace, HitsByPlace] {
  const isHosts = ([place]: readonly [string, number]) =>
    /^(every|the engine|state|docker top)/.test(place);
  const all = Object.entries(hits);
  return [
    Object.fromEntries(all.filter((entry) => !isHosts(entry))),
    Object.fromEntries(all.filter(isHosts)),
  ];
}

/** Every place with 0 hits; what the search must equal. */
const none = (hits: HitsByPlace): HitsByPlace =>
  Object.fromEntries(Object.keys(hits).map((place) => [place, 0]));

/** The same dump in a box that was given the canary in each of the places; without the vault, so nothing refuses it. */
async function leakIntoBox(
  { world, canary, run }: CanaryWorld,
  dump: string,
): Promise<HitsByPlace> {
  const leak = [
    `echo "$LEAKED" > "$HOME/leaked"; cp "$HOME/leaked" "/tmp/$LEAKED"`,
    `python3 -c 'import mmap, sys, time; f = open(sys.argv[1]); m = mmap.mmap(f.fileno(), 0, prot=1); time.sleep(60)' "/tmp/$LEAKED" &`,
    "sleep 0.5",
    dump,
    "kill $!; exit 0",
  ].join("\n");
  const result = await run(["run", "--env", `LEAKED=${canary}`, "--", "sh", "-c", leak]);
  expect(result).toMatchObject({ status: 0 });
  return searchBox(world.workspace, canary);
}

test.each([0, 1000])(
  "as uid %d, no trace of a secret that four schemes used is in the box, its image or what the host shows of it",
  { timeout },
  async (uid) => {
    await using world = await openAgentWorld();
    const prepared = await prepare(world);
    const { canary, run } = prepared;
    await chown(world.workspace, uid, uid);
    const dump = await writeDumpProgram(world.workspace);
    const looking = Promise.withResolvers<HitsByPlace>();
    const api = await world.openApi(
      echo(async () => {
        // A failure belongs to the test, not to the stand-in
        looking.resolve(searchWhileRunning(prepared));
        await looking.promise.catch(() => undefined);
      }),
    );
    const standins = Object.fromEntries(schemes.map(({ name }) => [host(name), api]));
    const allow = [...schemes.map(({ name }) => name), "down"].flatMap((name) => [
      "--allow",
      `GET,POST https://${host(name)}/**`,
    ]);
    const down = `${host("down")}:443:127.0.0.1:${await closedPort()}`;
    const flags = [...world.runFlags(standins), ...allow, "--connect-to", down];
    const result = await run(["run", ...flags, "--", "sh", "-c", toScript(dump)]);
    expect(result).toMatchObject({ status: 0 });

    // The secret was used: each scheme's two requests, and the two that were open during the search
    const basic = Buffer.from(`user:${canary}`).toString("base64");
    const used = api.requests
      .filter((request) => [canary, basic].some((one) => JSON.stringify(request).includes(one)))
      .map(({ method, headers, path }) => `${method} ${headers["host"]}${path}`);
    expect(new Set(used).size).toBe(2 * schemes.length + 2);
    const refused = await readFile(join(world.workspace, "denied.body"), "utf8");
    expect(refused).toContain("the host is not allowed");
    expect(await readFile(join(world.workspace, "hang.body"), "utf8")).toBe("begun\n");

    const onHost = await looking.promise;
    const inBox = await searchBox(world.workspace, canary);
    expect(inBox).toEqual(none(inBox));
    expect(Object.keys(onHost)).toHaveLength(12);
    expect(onHost).toEqual(none(onHost));

    const leaked = await leakIntoBox(prepared, dump);
    expect(Object.values(leaked).every((hits) => hits > 0)).toBe(true);
    const [ofBox, ofHost] = splitPlaces(onHost);
    score(21, `box of uid ${uid}, four schemes`, { ...inBox, ...ofBox }, leaked);
    score(22, `host while a box of uid ${uid} runs`, ofHost, {});
  },
);

async function searchWhileRunning({ world, canary }: CanaryWorld): Promise<HitsByPlace> {
  const [session = ""] = await sessionsOf(world);
  const containers = await containersWith(`dev.vaultbox.session=${session}`);
  expect(containers).toHaveLength(2);
  return {
    ...(await searchHostOf(containers, canary)),
    ...(await searchFolders({ "state, sockets, temporary files": [world.root] }, canary)),
  };
}

async function sessionsOf(world: AgentWorld): Promise<readonly string[]> {
  const { stdout } = await world.vaultbox(["ps", "--json"]);
  const { sessions } = JSON.parse(stdout) as { sessions: readonly { id: string }[] };
  return sessions.map(({ id }) => id);
}

test(
  "no command writes the secret to a file or prints it, whatever fails, with debug lines on",
  { timeout },
  async () => {
    await using world = await openAgentWorld();
    const { canary, run, printed } = await prepare(world);
    const api = await world.openApi(echo(async () => undefined));
    const vault = ["--vault", testVault];
    const flags = [
      ...world.runFlags({ [host("one")]: api }),
      "--allow",
      `* https://${host("one")}/**`,
    ];
    const get = `curl -sS -H "Authorization: Bearer $KEY_ONE" https://${host("one")}/`;
    const locked = { env: { VAULTBOX_IDENTITY_FILE: join(world.root, "nosuch") } };
    const dead = { env: { DOCKER_HOST: `unix://${world.root}/none.sock` } };
    const failing: readonly (readonly [number, readonly string[], object?])[] = [
      [0, ["run", ...flags, "--", "sh", "-c", get]],
      [3, ["run", ...flags, "--", "sh", "-c", `${get}; exit 3`]],
      [143, ["run", ...flags, "--timeout", "1s", "--", "sh", "-c", `${get}; kill -TERM $$`]],
      [127, ["run", ...flags, "--", "no-such-command"]],
      [125, ["run", ...flags, "--", "true"], locked],
      [125, ["run", ...flags, "--", "true"], dead],
      [125, ["run", ...flags, "--image", "localhost:1/nosuch:1", "--", "true"]],
      [2, ["run", ...flags, "--connect-to", "one", "--", "true"]],
      [2, ["run", ...flags, "--alow", "x", "--", "true"]],
      [2, ["run", ...vault, "--env", `KEY=${canary}`, "--", "true"]],
      [2, ["run", ...vault, "--", "echo", canary]],
      [2, ["credential", "add", "five", ...vault, "--host", host("five"), canary]],
      [2, ["credential", "add", "five", ...vault, `--tokn=${canary}`]],
      [2, ["credential", "rotate", "one", ...vault, canary]],
      [0, ["credential", "list", ...vault, "--json"]],
      [0, ["credential", "show", "two", ...vault]],
      [1, ["credential", "show", "six", ...vault]],
      [
        0,
        ["policy", "explain", "GET", `https://${host("one")}/`, ...vault, "--allow", host("one")],
      ],
      [0, ["audit", "show", "--json", "--limit", "all"]],
      [0, ["audit", "verify"]],
      [0, ["ps", "--json"]],
    ];
    const statuses: number[] = [];
    for (const [, args, options] of failing) statuses.push((await run(args, options)).status);
    expect(statuses).toEqual(failing.map(([status]) => status));
    expect(api.requests.some(({ headers }) => headers["authorization"]?.includes(canary))).toBe(
      true,
    );

    const look = async (): Promise<HitsByPlace> => ({
      ...(await searchTexts({ "standard output and error": printed.join("\n") }, canary)),
      ...(await searchFolders(
        { "state, audit, vault, sockets, temporary files": [world.root] },
        canary,
      )),
    });
    const hits = await look();
    expect(hits).toEqual(none(hits));

    // Control: the same search when it was printed, and when it was written
    printed.push(`debug: authorization: Bearer ${canary}`);
    await writeFile(join(world.vaultboxHome, "state", "crash.log"), JSON.stringify({ canary }));
    const control = await look();
    expect(Object.values(control).every((found) => found > 0)).toBe(true);
    score(22, "commands that work and that fail, files on the host", hits, control);
  },
);

test(
  "the host's search finds a secret that was given to a plain container",
  { timeout },
  async () => {
    await using stack = new AsyncDisposableStack();
    const base = await requireBaseImage(await requireEngine());
    const canary = createCanary();
    const name = `vaultbox-test-canary-${process.pid}`;
    const docker = (...args: readonly string[]) => execute("docker", [...args]);
    // An image that holds it, in a setting and in its history
    await docker("create", "--name", `${name}-base`, base);
    stack.defer(async () => void (await docker("rm", `${name}-base`)));
    const change = ["--change", `ENV IN_IMAGE=${canary}`, "--message", canary];
    await docker("commit", ...change, `${name}-base`, `${name}:image`);
    stack.defer(async () => void (await docker("rmi", `${name}:image`)));
    const leak =
      'echo "$LEAKED"; echo "$LEAKED" | tee /home-of/it > /leaked; exec python3 -c "import time; time.sleep(60)" "$LEAKED"';
    const flags = ["--network", "none", "--label", `dev.vaultbox.test=${name}`, "-v", "/home-of"];
    const run = ["run", "-d", "--name", name, ...flags, "-e", `LEAKED=${canary}`];
    await docker(...run, `${name}:image`, "sh", "-c", leak);
    stack.defer(async () => void (await docker("rm", "-f", "-v", name)));
    await expect.poll(async () => (await docker("logs", name)).stdout).toContain(canary);
    const hits = await searchHostOf(await containersWith(`dev.vaultbox.test=${name}`), canary);
    expect(Object.keys(hits)).toHaveLength(11);
    expect(Object.keys(hits).filter((place) => hits[place] === 0)).toEqual([]);
    // Only a control: what was attempted is in the other tests
    const [ofBox, ofHost] = splitPlaces(hits);
    score(21, "control: what the host shows of a plain container", {}, ofBox);
    score(22, "control: the host while a plain container runs", {}, ofHost);
  },
);
