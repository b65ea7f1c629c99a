import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createWorld } from "../../support/sandbox-world.ts";

const server = `
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"ok")
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("0.0.0.0", 8099), Handler).serve_forever()
`;

/** Each writes what it got of the address in its argument. */
const clients = {
  curl: "curl -s",
  wget: "wget -qO-",
  urllib:
    'python3 -c "import sys, urllib.request as r; print(r.urlopen(sys.argv[1]).read().decode())"',
  fetch: 'node -e "fetch(process.argv[1]).then((r) => r.text()).then(console.log)"',
  http: "node -e \"require('http').get(process.argv[1], (r) => r.pipe(process.stdout))\"",
} as const;

const names = ["localhost", "localhost.", "app.localhost", "127.0.0.1", "0.0.0.0", "sandbox"];
const others = { "127.8.9.1": ["curl", "http"] } as const;

test("what serves in the sandbox is reached by its names, past the proxy, by clients of each kind", async () => {
  await using world = await createWorld(1000);
  await writeFile(join(world.workspace, "server.py"), server);
  const pairs = [
    ...names.flatMap((name) => Object.keys(clients).map((client) => [client, name] as const)),
    ...Object.entries(others).flatMap(([name, some]) =>
      some.map((client) => [client, name] as const),
    ),
  ];
  const lines = pairs.map(([client, name]) => {
    const command = clients[client as keyof typeof clients];
    return `echo "${client} ${name} $(${command} 'http://${name}:8099/x' 2>&1)"`;
  });
  const script = `python3 server.py & for i in $(seq 100); do curl -s http://localhost:8099/ && break; sleep 0.1; done >/dev/null
${lines.join("\n")}
echo "java $JAVA_TOOL_OPTIONS"`;
  const { stdout, stderr } = await world.run(["run", "--", "sh", "-c", script]);
  // Nothing was refused, so that nothing is said of requests either
  expect(stderr).toBe("");
  const expected = pairs.map(([client, name]) => `${client} ${name} ok`);
  expect(stdout.split("\n").slice(0, -2)).toEqual(expected);
  expect(stdout).toContain("-Dhttp.nonProxyHosts=localhost|localhost.|*.localhost|127.*|[::1]|");
});

test("ports 53, 80 and 443 of the sandbox's own addresses are free, and what knows of no proxy still meets the policy", async () => {
  await using world = await createWorld(1000);
  const script = `
serve() { mkdir -p "$2" && echo "own $1:$2" >"$2/x" && python3 -m http.server -b "$1" -d "$2" "$2" >/dev/null 2>&1 & }
serve 127.0.0.1 80; serve 127.0.0.1 443; serve 127.0.0.1 53
ask() { curl -sS --noproxy '*' --retry 20 --retry-connrefused --retry-delay 1 "$1" 2>/dev/null | head -1; }
ask http://127.0.0.1/x; ask http://localhost:53/x; ask http://127.0.0.1:443/x; ask http://sandbox/x
ask http://other.example.com/
python3 -m http.server -b 0.0.0.0 80 2>&1 | grep -c 'Address already in use'
grep -c '^What you serve' /run/vaultbox/policy.md`;
  const { stdout, stderr } = await world.run(["run", "--quiet", "--", "sh", "-c", script]);
  expect(stdout, stderr).toBe(`own 127.0.0.1:80
own 127.0.0.1:53
own 127.0.0.1:443
own 127.0.0.1:80
vaultbox: refused GET http://other.example.com/: the host is not allowed
1
1
`);
});
