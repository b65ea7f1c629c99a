import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { resolvePaths } from "../../../src/base/paths.ts";
import { readState, toRelayFolder } from "../../../src/base/session-state.ts";
import { requireBaseImage, requireEngine } from "../../support/require-engine.ts";
import { createWorld, untilOutput } from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";

const execute = promisify(execFile);

/** Of the engine that has a bridge, also where sandboxes run on another one. */
const docker = (args: readonly string[]): Promise<{ readonly stdout: string }> => {
  const { VAULTBOX_TEST_BRIDGED_ENGINE: bridged, DOCKER_HOST: own } = process.env;
  return execute("docker", [...args], { env: { ...process.env, DOCKER_HOST: bridged ?? own } });
};

/** Tries every way out to one address; each line is a probe that got an answer. */
const probe = `
import socket, subprocess, sys
host, tcp, udp, other, name = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
done = []
def tried(label, work):
    try:
        if work(): done.append(label)
    except Exception: pass
    print("tried", label)
def tcp_to(address, port):
    with socket.create_connection((address, port), timeout=1.5) as s:
        s.settimeout(1.5); s.sendall(b"hello\\n"); return s.recv(10) == b"here\\n"
def udp_to(address, port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(1.5)
    s.sendto(b"hello", (address, port)); return s.recv(10) == b"here\\n"
def icmp(address):
    s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP); s.settimeout(1.5)
    s.sendto(bytes.fromhex("0800f7ff00000000"), (address, 0)); return len(s.recv(100)) > 0
def icmp_unprivileged(address):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP); s.settimeout(1.5)
    s.sendto(bytes.fromhex("0800f7ff00000000"), (address, 0)); return len(s.recv(100)) > 0
def tcp6(address, port):
    s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM); s.settimeout(1.5)
    s.connect((address, port)); s.sendall(b"hello\\n"); return s.recv(10) == b"here\\n"
def abstract(path):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM); s.settimeout(1.5)
    s.connect("\\0" + path); return True
def resolves(query):
    return socket.getaddrinfo(query, 80)[0][4][0] not in ("127.0.0.1", "127.3.1.28", "::1")
tried("tcp host", lambda: tcp_to(host, tcp))
tried("udp host", lambda: udp_to(host, udp))
tried("icmp host", lambda: icmp(host) or icmp_unprivileged(host))
tried("tcp other container", lambda: tcp_to(other, 7777))
tried("icmp other container", lambda: icmp(other) or icmp_unprivileged(other))
tried("tcp v6 mapped", lambda: tcp6("::ffff:" + host, tcp))
tried("abstract socket", lambda: abstract(name))
tried("host.docker.internal", lambda: resolves("host.docker.internal"))
tried("gateway.docker.internal", lambda: tcp_to("gateway.docker.internal", tcp))
tried("loopback of the host", lambda: tcp_to("127.0.0.1", tcp))
tried("raw packet", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW) is not None)
for label in done: print("reached", label)
for path in ("route", "arp", "if_inet6", "dev"):
    try: print("table", path, len([l for l in open("/proc/net/" + path) if ":" in l or "." in l or path == "route"]))
    except OSError: pass
`;

function reached(stdout: string): readonly string[] {
  return stdout.split("\n").flatMap((line) => /^reached (.*)$/.exec(line)?.[1] ?? []);
}

/** Listeners of this machine, on every address, and one in another container. */
async function openTargets() {
  await using stack = new AsyncDisposableStack();
  let arrivals = 0;
  const tcp = createServer((socket) => {
    arrivals += 1;
    socket.on("error", () => undefined);
    socket.end("here\n");
  });
  tcp.listen(0, "0.0.0.0");
  await once(tcp, "listening");
  stack.defer(() => void tcp.close());
  const udp = createSocket("udp4");
  udp.on("message", (_, from) => {
    arrivals += 1;
    udp.send("here\n", from.port, from.address);
  });
  udp.bind(0, "0.0.0.0");
  await once(udp, "listening");
  stack.defer(() => void udp.close());
  const name = `vaultbox-test-${process.pid}-${Math.random()}`;
  const abstract = createServer((socket) => {
    arrivals += 1;
    socket.on("error", () => undefined);
    socket.end();
  });
  abstract.listen(`\0${name}`);
  await once(abstract, "listening");
  stack.defer(() => void abstract.close());
  const image = await requireBaseImage(await requireEngine());
  const serve =
    "require('net').createServer(s=>{s.on('error',()=>{});s.end('here\\n')}).listen(7777,'0.0.0.0')";
  const { stdout } = await docker(["run", "-d", "--rm", image, "node", "-e", serve]);
  const id = stdout.trim();
  stack.defer(async () => void (await docker(["rm", "-f", id])));
  const format = "{{.NetworkSettings.IPAddress}}";
  const other = (await docker(["inspect", "-f", format, id])).stdout.trim();
  const bridge = networkInterfaces()["docker0"]?.find(({ family }) => family === "IPv4")?.address;
  if (bridge === undefined) throw new Error("this test needs the engine's docker0 bridge");
  const owned = stack.move();
  return {
    image,
    args: [bridge, String(toPort(tcp)), String(udp.address().port), other, name],
    arrivals: () => arrivals,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function toPort(server: { address: () => unknown }): number {
  return (server.address() as { port: number }).port;
}

/** Packets on docker0 while the work runs, without those of other tests' containers. */
async function packetsDuring(work: () => Promise<void>, ports: readonly string[]): Promise<string> {
  const filter = ["icmp", "port 7777", ...ports.map((port) => `port ${port}`)].join(" or ");
  const dump = spawn("tcpdump", ["-i", "docker0", "-n", "-l", "--immediate-mode", filter]);
  let text = "";
  dump.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(dump.stderr, "data");
  await work();
  await new Promise((resolve) => setTimeout(resolve, 300));
  dump.kill("SIGINT");
  await once(dump, "close");
  return text.trim();
}

describe("nothing but the relay answers in the sandbox", () => {
  const targets = openShared(async (stack) => stack.use(await openTargets()));

  test.each(
    [0, 1000].flatMap((owner) =>
      (["unix", "stdio"] as const).map((link) => [owner, link] as const),
    ),
  )("for uid %i on the %s link", async (owner, link) => {
    const { args: addresses, arrivals } = targets();
    await using world = await createWorld(owner);
    await writeFile(join(world.workspace, "probe.py"), probe, { mode: 0o644 });
    const before = arrivals();
    const args = ["run", "--link", link, "--", "python3", "probe.py", ...addresses];
    let stdout = "";
    const packets = await packetsDuring(
      async () => {
        ({ stdout } = await world.run(args));
      },
      addresses.slice(1, 3),
    );
    expect(reached(stdout)).toEqual([]);
    expect(stdout).toContain("table route 1\n");
    expect(stdout).toContain("table dev 1\n");
    expect(packets).toBe("");
    expect(arrivals()).toBe(before);
    const attempts = stdout.match(/^tried /gm)?.length ?? 0;
    expect(attempts).toBe(11);
    const test = `ways out of the sandbox: uid ${owner}, ${link} link`;
    recordScore({ row: 25, test, attempts, blocked: attempts, controlSucceeded: 0 });
  });

  test("and in a bridged container all of it does (control)", async () => {
    const { image, args: addresses } = targets();
    let stdout = "";
    const packets = await packetsDuring(
      async () => {
        const args = ["run", "--rm", image, "python3", "-c", probe, ...addresses];
        ({ stdout } = await docker(args));
      },
      addresses.slice(1, 3),
    );
    const found = reached(stdout);
    expect(found).toEqual(
      expect.arrayContaining([
        "tcp host",
        "udp host",
        "icmp host",
        "tcp other container",
        "tcp v6 mapped",
      ]),
    );
    expect(packets).toMatch(/ICMP echo request/);
    const test = "ways out of the sandbox: control";
    recordScore({ row: 25, test, attempts: 0, blocked: 0, controlSucceeded: found.length });
  });
});

test("another session's socket, proxy and processes are invisible, and a session's own socket ends with it", async () => {
  await using one = await createWorld();
  await using two = await createWorld();
  const child = one.spawn(["run", "--link", "unix", "--", "sh", "-c", "echo ready; exec sleep 60"]);
  await untilOutput(child, "ready");
  const look = `
    find / -xdev -type s 2>/dev/null | grep -v '^/proc' ; cat /proc/net/unix | grep -c vaultbox;
    ls -d /run/vaultbox-link 2>/dev/null; ps -e -o args= | grep -c '[s]leep 60';
    for p in 2375 2376 18080 8080; do curl -s -o /dev/null -w '%{http_code} ' -m 1 --noproxy '*' http://127.0.0.1:$p/; done; echo
    for path in / /vaultbox /health /_control /api /metrics; do curl -s -o /dev/null -w '%{http_code} ' -m 2 --noproxy '*' http://127.0.0.1:3128$path; done`;
  const { stdout } = await two.run(["run", "--link", "unix", "--", "sh", "-c", look]);
  const [unix, sleeps, ports, answers] = stdout.split("\n");
  expect([unix, sleeps]).toEqual(["0", "0"]);
  const closed = toWords(ports).map((code) => code === "000");
  // The relay's own proxy port has no page but refusals
  const refused = toWords(answers).map((code) => code === "400" || code === "403");
  expect([closed.length, refused.length]).toEqual([4, 6]);
  const { sessions } = JSON.parse((await one.run(["ps", "--json"])).stdout) as {
    sessions: { id: string }[];
  };
  const paths = resolvePaths({ VAULTBOX_HOME: join(one.home, "..", "v") });
  const state = await readState(paths, sessions[0]?.id ?? "");
  const socket = join(toRelayFolder(paths, state?.relay ?? ""), "s");
  const reachable = await execute("python3", ["-c", connectTo, socket]);
  child.kill("SIGTERM");
  await once(child, "close");
  const after = await execute("python3", ["-c", connectTo, socket]);
  expect(reachable.stdout.trim()).toBe("connected");
  expect(after.stdout.trim()).toBe("refused");
  const held = [unix === "0", sleeps === "0", ...closed, ...refused];
  held.push(after.stdout.trim() === "refused");
  expect(held).toEqual(held.map(() => true));
  recordScore({
    row: 27,
    test: "control API and other sessions",
    attempts: held.length,
    blocked: held.filter(Boolean).length,
    controlSucceeded: [reachable].filter((one) => one.stdout.trim() === "connected").length,
  });
});

function toWords(line = ""): readonly string[] {
  return line.split(" ").filter((word) => word !== "");
}

const connectTo = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
try: s.connect(sys.argv[1]); print("connected")
except OSError: print("refused")
`;

test.for(["unix", "stdio"])(
  "no port of the host is opened for a session (%s link)",
  async (link) => {
    await requireEngine();
    await using world = await createWorld();
    const child = world.spawn(["run", "--link", link, "--", "sh", "-c", "echo ready; sleep 60"]);
    await untilOutput(child, "ready");
    expect(await findListening(child.pid ?? 0)).toEqual([]);
    child.kill("SIGTERM");
    await once(child, "close");
    // The same look finds a port that is open
    const server = createServer();
    const udp = createSocket("udp6");
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    await new Promise<void>((resolve) => void udp.bind(0, "::1", resolve));
    const control = await findListening(process.pid);
    server.close();
    udp.close();
    expect(control.length).toBeGreaterThanOrEqual(2);
  },
);

/** Internet sockets of a process that somebody else could connect or send to, by proc(5) `/proc/net/tcp`. */
async function findListening(pid: number): Promise<readonly string[]> {
  const folder = `/proc/${pid}/fd`;
  const descriptors = await readdir(folder);
  const links = await Promise.all(
    descriptors.map((fd) => readlink(join(folder, fd)).catch(() => "")),
  );
  const found: string[] = [];
  for (const table of ["tcp", "tcp6", "udp", "udp6"]) {
    const lines = (await readFile(`/proc/${pid}/net/${table}`, "utf8")).trim().split("\n");
    for (const line of lines.slice(1)) {
      const fields = toWords(line);
      const isOpen = table.startsWith("udp") || fields[3] === "0A";
      if (isOpen && links.includes(`socket:[${fields[9]}]`)) found.push(`${table} ${fields[1]}`);
    }
  }
  return found;
}
