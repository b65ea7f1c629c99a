import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Says `host` to whoever comes: at a socket, through a pipe and, as bytes of its own, at a device. */
export interface SpecialFilesOnHost extends AsyncDisposable {
  /** Those that can be tried: kind and path, on the host */
  readonly paths: readonly (readonly [kind: string, path: string])[];
}

/** Puts one special file of each kind into each folder, with a program of the host behind it. */
export async function openSpecialFiles(folders: readonly string[]): Promise<SpecialFilesOnHost> {
  await using stack = new AsyncDisposableStack();
  const paths: (readonly [string, string])[] = [];
  for (const folder of folders) {
    await mkdir(folder, { recursive: true });
    const socket = join(folder, "k");
    const server = createServer((connection) => {
      connection.on("error", () => undefined);
      connection.end("host\n");
    }).listen(socket);
    await once(server, "listening");
    stack.defer(() => void server.close());
    const pipe = join(folder, "p");
    await run("mkfifo", [pipe]);
    // Waits in open(2) until somebody reads
    const writer = spawn("sh", ["-c", 'while :; do echo host >"$1"; done', "sh", pipe]);
    stack.defer(() => void writer.kill("SIGKILL"));
    const device = join(folder, "d");
    await run("mknod", [device, "c", "1", "5"]);
    paths.push(["socket", socket], ["pipe", pipe], ["device", device]);
  }
  const moved = stack.move();
  return { paths, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

/** Program for the sandbox: prints `reached N` for each `KIND PATH` of its arguments that answers. */
export const specialFilesProbe = `
n=0
while [ $# -gt 0 ]; do
  case $1 in
  socket) said=$(timeout 2 curl -s --http0.9 --unix-socket "$2" http://x/) ;;
  pipe) said=$(timeout 1 head -n 1 "$2") ;;
  device) said=$(timeout 1 head -c 4 "$2" | tr '\\0' h) ;;
  esac
  case $said in host|hhhh) echo "reached $n" ;; esac
  n=$((n + 1)); shift 2
done 2>/dev/null
`;
