import { expect, test } from "vitest";
import { requireEngine } from "../../support/require-engine.ts";
import { createWorld } from "../../support/sandbox-world.ts";
import { importBusybox, importDash } from "../../support/small-images.ts";
import { startHttpUpstream } from "../../support/upstream.ts";

const owners = [0, 1000] as const;

const host = "api.example.com";

/** `run` with flags that lead a host to a stand-in. */
async function openStandin() {
  const handler = (_: unknown, response: { end: (text: string) => unknown }): void =>
    void response.end("answered\n");
  const upstream = await startHttpUpstream({ handler });
  return {
    flags: [`--connect-to=${host}:80:127.0.0.1:${upstream.port}`, `--allow=GET http://${host}/**`],
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  };
}

test.each(owners)(
  // Its wget has a TLS of its own, which takes no certificate with a modern signature
  "an image of nothing but busybox runs for uid %d: account, home, temporary folder, trust and the way out",
  async (owner) => {
    await using world = await createWorld(owner);
    await using image = await importBusybox(await requireEngine());
    await using standin = await openStandin();
    const script = `
      id -u; id -un; pwd
      touch $HOME/x && touch /var/tmp/x && echo writable
      test -s $SSL_CERT_FILE && test -s $NODE_EXTRA_CA_CERTS && test -s /etc/ssl/certs/ca-certificates.crt && echo trust
      wget -q -O - http://${host}/a
      wget -q -O - -Y off http://${host}/a
      wget -q -O - http://other.example.com/ || echo refused`;
    const args = ["run", "--quiet", "--image", image.tag, ...standin.flags, "--"];
    const { stdout, stderr } = await world.run([...args, "sh", "-c", script]);
    expect(stdout, stderr).toBe(
      `${owner}\n${owner === 0 ? "root" : "agent"}\n${world.workspace}\nwritable\ntrust\nanswered\nanswered\nrefused\n`,
    );
    const { status } = await world.run([...args, "no-such-command"]);
    expect(status).toBe(127);
    expect((await world.run([...args, "/not-a-program"])).status).toBe(126);
  },
);

test.each(owners)("an image with a shell and no other program runs for uid %i", async (owner) => {
  await using image = await importDash(await requireEngine());
  await using world = await createWorld(owner);
  const script = 'echo "$HOME $PWD" && echo made > $HOME/x && read y < $HOME/x && echo $y';
  const args = ["run", "--image", image.tag, "--"];
  const result = await world.run([...args, "sh", "-c", script]);
  expect(result).toEqual({
    stdout: `/home/agent ${world.workspace}\nmade\n`,
    stderr: "",
    status: 0,
  });
  expect((await world.run([...args, "ls"])).status).toBe(127);
});

test.each(owners)(
  "an image's own user, folder, volume and health check give way to uid %i; its entrypoint and search path stay",
  async (owner) => {
    const changes = [
      "USER 4711:4711",
      'ENTRYPOINT ["/bin/env", "FROM_ENTRYPOINT=yes"]',
      "ENV PATH=/bin:/opt/own/bin",
      "ENV OWN=image",
      "ENV https_proxy=http://192.0.2.1:1",
      "ENV HOME=/nowhere",
      "VOLUME /data",
      "WORKDIR /elsewhere",
      'HEALTHCHECK CMD ["/bin/touch", "/tmp/checked"]',
    ];
    await using image = await importBusybox(await requireEngine(), changes);
    await using world = await createWorld(owner);
    const script = "id -u; echo $PATH $OWN $FROM_ENTRYPOINT $HOME $https_proxy; pwd";
    const result = await world.run(["run", "--image", image.tag, "--", "sh", "-c", script]);
    expect(result).toEqual({
      stdout: `${owner}\n/bin:/opt/own/bin image yes /home/agent http://127.0.0.1:3128\n${world.workspace}\n`,
      stderr: "",
      status: 0,
    });
  },
);

test("the base image has the folders that packages link their manuals in", async () => {
  await using world = await createWorld(0);
  const { stdout } = await world.run([
    "run",
    "--quiet",
    "--",
    "sh",
    "-c",
    "cd /usr/share/man && echo man*",
  ]);
  expect(stdout).toBe("man1 man7 man8\n");
});

test("a terminal and a locale that the image lacks become ones that it has; shared memory follows the memory limit", async () => {
  await using world = await createWorld(1000);
  const script = `
    echo $TERM $COLORTERM $LC_ALL $LC_CTYPE; tput colors; perl -e 'print "no warning\\n"'
    df -k /dev/shm | tail -1 | tr -s ' ' | cut -d ' ' -f 2`;
  const flags = ["--env", "TERM=xterm-ghostty", "--memory", "1GiB"];
  const result = await world.run(["run", ...flags, "--", "sh", "-c", script], {
    env: { LC_ALL: "de_DE.UTF-8", LC_CTYPE: "UTF-8", COLORTERM: "truecolor" },
  });
  expect(result).toEqual({
    stdout: "xterm-256color truecolor C.UTF-8 C.UTF-8\n256\nno warning\n524288\n",
    stderr: "",
    status: 0,
  });
});

test("an image with a volume where a sandbox has something else is refused with that reason", async () => {
  await using image = await importBusybox(await requireEngine(), ["VOLUME /home/agent/"]);
  await using world = await createWorld();
  const { status, stderr } = await world.run(["run", "--image", image.tag, "--", "true"]);
  expect(status).toBe(125);
  expect(stderr).toContain(
    'error: the image declares a volume at "/home/agent", where a sandbox has something else\n',
  );
});
