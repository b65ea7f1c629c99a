import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { toSeccompProfile } from "../../../src/engine/seccomp/seccomp-profile.ts";
import { toTar } from "../../../src/engine/tar.ts";
import type { ContainerSpec, CreatedContainer, Engine } from "../../../src/engine/engine.ts";
import { requireBaseImage, requireEngine } from "../../support/require-engine.ts";

const testLabel = "dev.vaultbox.test";

async function createTestContainer(
  command: readonly string[],
  changes: Partial<ContainerSpec> = {},
): Promise<{ engine: Engine; container: CreatedContainer; spec: ContainerSpec }> {
  const engine = await requireEngine();
  const name = `vaultbox-test-${randomBytes(6).toString("hex")}`;
  const spec: ContainerSpec = {
    name,
    image: await requireBaseImage(engine),
    entrypoint: [],
    command,
    env: { GREETING: "hello there" },
    labels: { [testLabel]: name },
    workingDir: "/",
    user: "1000:1000",
    network: "none",
    dns: [],
    binds: [],
    volumes: [],
    tmpfs: { "/tmp": "rw,nosuid,nodev,size=16m,mode=1777" },
    readOnlyRoot: true,
    memoryBytes: 256 * 1024 * 1024,
    cpus: 1,
    pids: 64,
    seccomp: toSeccompProfile(),
    init: true,
    tty: false,
    autoRemove: false,
    ...changes,
  };
  const container = await engine.createContainer(spec);
  onTestFinished(() => container.remove());
  return { engine, container, spec };
}

test("A container's output and error output arrive apart, with its exit status", async () => {
  const script = 'echo "$GREETING"; echo oops >&2; exit 7';
  const { container } = await createTestContainer(["sh", "-c", script]);
  const attachment = await container.attach();
  const running = await container.start();
  const [stdout, stderr] = await Promise.all([text(attachment.stdout), text(attachment.stderr)]);
  expect([stdout, stderr]).toEqual(["hello there\n", "oops\n"]);
  expect(await running.wait()).toBe(7);
});

test("The end of the input reaches the container while its output still flows", async () => {
  const { container } = await createTestContainer(["sh", "-c", "wc -c; sleep 0.2; echo done"]);
  const attachment = await container.attach();
  const running = await container.start();
  attachment.stdin.end(Buffer.alloc(300_000, "x"));
  expect(await text(attachment.stdout)).toBe("300000\ndone\n");
  expect(await running.wait()).toBe(0);
});

test("The byte pipe carries megabytes of any bytes both ways unchanged", async () => {
  const { container } = await createTestContainer(["cat"]);
  const attachment = await container.attach();
  await container.start();
  const sent = randomBytes(24 * 1024 * 1024);
  const pipe = attachment.duplex();
  attachment.stderr.resume();
  pipe.end(sent);
  const received: Buffer[] = [];
  for await (const chunk of pipe) received.push(chunk as Buffer);
  expect(Buffer.concat(received).equals(sent)).toBe(true);
});

test("An unread byte pipe holds the container's output back instead of buffering it", async () => {
  const { container } = await createTestContainer(["sh", "-c", "head -c 200000000 /dev/zero"]);
  const attachment = await container.attach();
  await container.start();
  const pipe = attachment.duplex();
  attachment.stderr.resume();
  pipe.read(0);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(pipe.readableLength).toBeLessThan(1024 * 1024);
  let total = 0;
  for await (const chunk of pipe) total += (chunk as Buffer).length;
  expect(total).toBe(200_000_000);
});

test("A terminal has a size, one output stream, and echoes its input", async () => {
  const { container } = await createTestContainer(["sh", "-c", "read x; stty size; echo $x >&2"], {
    tty: true,
  });
  const attachment = await container.attach();
  const running = await container.start();
  await running.resize({ columns: 101, rows: 33 });
  attachment.stdin.write("typed\r");
  const output = await text(attachment.stdout);
  expect(output).toBe("typed\r\n33 101\r\ntyped\r\n");
  expect(await text(attachment.stderr)).toBe("");
  expect(await running.wait()).toBe(0);
});

test("The exit of a container that ends at once and removes itself is not missed", async () => {
  for (let round = 0; round < 5; round++) {
    const { engine, container } = await createTestContainer(["sh", "-c", `exit ${round}`], {
      autoRemove: true,
    });
    const running = await container.start();
    expect(await running.wait()).toBe(round);
    await running.remove();
    expect(await engine.findContainer(container.id)).toBeUndefined();
  }
});

test("A signal's death is reported as 128 and the signal", async () => {
  const { container } = await createTestContainer(["sleep", "60"], { init: false });
  const running = await container.start();
  await running.kill("SIGKILL");
  expect(await running.wait()).toBe(137);
  await running.kill("SIGTERM");
});

test("The engine reports the restrictions that every container gets", async () => {
  const { engine, container, spec } = await createTestContainer(["sleep", "60"]);
  await container.start();
  const [facts] = await engine.listContainers(`${testLabel}=${spec.name}`);
  expect(facts).toMatchObject({
    name: spec.name,
    running: true,
    networkMode: "none",
    publishedPorts: 0,
    privileged: false,
    capAdd: [],
    capDrop: ["ALL"],
    securityOptions: ["no-new-privileges", `seccomp=${spec.seccomp}`],
    readOnlyRoot: true,
    pidMode: "",
    ipcMode: "private",
    devices: 0,
    pidsLimit: 64,
    memoryBytes: 256 * 1024 * 1024,
    user: "1000:1000",
  });
});

test("From inside, no capability, no privilege gain, seccomp and no interface but loopback are seen", async () => {
  const script =
    "grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status; ls /sys/class/net; ulimit -c; touch /x";
  const { container } = await createTestContainer(["sh", "-c", script]);
  const attachment = await container.attach();
  await container.start();
  const [stdout, stderr] = await Promise.all([text(attachment.stdout), text(attachment.stderr)]);
  expect(stdout.replaceAll("\t", " ").trim().split("\n")).toEqual([
    "CapEff: 0000000000000000",
    "CapBnd: 0000000000000000",
    "NoNewPrivs: 1",
    "Seccomp: 2",
    "lo",
    "0",
  ]);
  expect(stderr).toContain("Read-only file system");
});

test("A container joins another one's network namespace and reaches its loopback", async () => {
  const listener =
    "require('net').createServer(s=>s.end('from the other')).listen(3128,'127.0.0.1')";
  const first = await createTestContainer(["node", "-e", listener]);
  await first.container.start();
  const script = "until curl -s telnet://127.0.0.1:3128 </dev/null; do sleep 0.05; done";
  const second = await createTestContainer(["sh", "-c", script], {
    network: { container: first.container.id },
  });
  const attachment = await second.container.attach();
  await second.container.start();
  expect(await text(attachment.stdout)).toBe("from the other");
});

test("Files go into a container before its start and come out of it", async () => {
  const { container } = await createTestContainer(["cat", "/etc/note"], { readOnlyRoot: false });
  await container.putArchive("/etc", toTar([{ path: "note", content: "put before the start\n" }]));
  const attachment = await container.attach();
  expect(await container.getArchive("/etc/no-such-file")).toBeUndefined();
  const tar = await container.getArchive("/etc/note");
  expect(tar?.toString("utf8")).toContain("put before the start");
  await container.start();
  expect(await text(attachment.stdout)).toBe("put before the start\n");
});

test("A command that isn't there or can't be run is an error that says which", async () => {
  const missing = await createTestContainer(["no-such-command"], { init: false });
  const unusable = await createTestContainer(["/etc/passwd"], { init: false });
  await expect(missing.container.start()).rejects.toThrow(/executable file not found/);
  await expect(unusable.container.start()).rejects.toThrow(/permission denied/);
});

test("A bind mount whose source is missing is refused instead of created", async () => {
  const source = `/tmp/vaultbox-no-such-${randomBytes(6).toString("hex")}`;
  const binds = [{ source, target: "/work", readOnly: true }];
  await expect(createTestContainer(["true"], { binds })).rejects.toMatchObject({
    code: "VBX_ENGINE_FAILED",
    message: expect.stringContaining("bind source path does not exist") as unknown,
  });
});

test("An image that isn't there has its own error code", async () => {
  const image = "vaultbox/no-such-image:none";
  await expect(createTestContainer(["true"], { image })).rejects.toMatchObject({
    code: "VBX_IMAGE_MISSING",
  });
});

test("A volume is found by its label and is gone after its removal", async () => {
  const engine = await requireEngine();
  const name = `vaultbox-test-${randomBytes(6).toString("hex")}`;
  await engine.createVolume(name, { [testLabel]: name });
  expect(await engine.listVolumes(`${testLabel}=${name}`)).toEqual([
    { name, labels: { [testLabel]: name } },
  ]);
  await engine.removeVolume(name);
  await engine.removeVolume(name);
  expect(await engine.listVolumes(`${testLabel}=${name}`)).toEqual([]);
});
