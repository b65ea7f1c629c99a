import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const candidates = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"];

/** Undefined where nginx isn't installed. */
export function findNginx(): string | undefined {
  return candidates.find((path) => {
    try {
      accessSync(path);
      return true;
    } catch {
      // Not there: the next one
      return false;
    }
  });
}

/** nginx on a unix socket, passing every request on to `port` of 127.0.0.1. */
export async function startNginx(
  file: string,
  port: number,
): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), "vbx-nginx-"));
  const path = join(folder, "s");
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join("\n");
  await writeFile(
    join(folder, "nginx.conf"),
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 512; }
http {
${temp}
access_log off; keepalive_timeout 2s; lingering_close off;
server {
listen unix:${path};
location / {
proxy_pass http://127.0.0.1:${port}; proxy_http_version 1.1; proxy_request_buffering off;
proxy_set_header Host $http_host; proxy_set_header Connection "";
} } }
`,
  );
  const child = spawn(
    file,
    ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", join(folder, "error.log")],
    {
      stdio: "ignore",
    },
  );
  const exited = once(child, "exit");
  for (let tries = 0; tries < 100; tries++) {
    const probe = connect({ path });
    const isUp = await Promise.race([
      once(probe, "connect").then(() => true),
      once(probe, "close").then(() => false),
    ]).catch(() => false);
    probe.destroy();
    if (isUp) break;
    await pause(50);
  }
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}
