import { execFile } from "node:child_process";
import { chmod, chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { startProgram } from "../child-process.ts";
import { injected } from "../injected.ts";
import { hostName } from "../measurement.ts";
import { type BenchPlace, type RunningTarget, freePort, isInstalled, toTarget } from "../place.ts";

const run = promisify(execFile);
const certgen = "/usr/lib/squid/security_file_certgen";
/** Host names that squid is told the address of. */
const namedHosts = 1000;

/** Debian's squid-openssl with ssl-bump: every connection intercepted, nothing cached, one header set. */
export async function startSquid(place: BenchPlace): Promise<RunningTarget | undefined> {
  if (!(await isInstalled("squid")) || !(await isInstalled(certgen))) return undefined;
  const folder = `${place.folder}/squid`;
  await mkdir(folder);
  const port = await freePort();
  await writeSettings(folder, port, place);
  await run(certgen, ["-c", "-s", `${folder}/ssl_db`, "-M", "16MB"]);
  await giveToProxyUser(place.folder, folder);
  const address = { kind: "proxy", port } as const;
  const child = await startProgram("/usr/sbin/squid", ["-N", "-f", `${folder}/squid.conf`], {
    address,
  });
  const ca = await readFile(`${folder}/ca.pem`, "utf8");
  return toTarget(child, { name: "squid", address, ca, injects: true });
}

async function writeSettings(folder: string, port: number, place: BenchPlace): Promise<void> {
  const ca = ["-keyout", `${folder}/ca.key`, "-out", `${folder}/ca.pem`];
  const subject = ["-subj", "/CN=squid bench", "-days", "2", "-nodes"];
  await run("openssl", ["req", "-x509", "-newkey", "rsa:2048", ...subject, ...ca]);
  const hosts = Array.from({ length: namedHosts }, (_, index) => `127.0.0.1 ${hostName(index)}\n`);
  await writeFile(`${folder}/hosts`, hosts.join(""));
  const settings = [
    `http_port 127.0.0.1:${port} ssl-bump tls-cert=${folder}/ca.pem tls-key=${folder}/ca.key generate-host-certificates=on dynamic_cert_mem_cache_size=16MB`,
    `sslcrtd_program ${certgen} -s ${folder}/ssl_db -M 16MB`,
    "ssl_bump bump all",
    `tls_outgoing_options cafile=${place.upstreamCaPath}`,
    `hosts_file ${folder}/hosts`,
    "http_access allow all",
    `request_header_add ${injected.header} "${injected.value}" all`,
    "cache deny all",
    "access_log none",
    `cache_log ${folder}/cache.log`,
    `pid_filename ${folder}/squid.pid`,
    `coredump_dir ${folder}`,
    "max_filedescriptors 4096",
    "shutdown_lifetime 0 seconds",
  ];
  await writeFile(`${folder}/squid.conf`, `${settings.join("\n")}\n`);
}

/** Started as root, squid becomes the user `proxy`, who must reach its files. */
async function giveToProxyUser(parent: string, folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { stdout } = await run("id", ["-u", "proxy"]);
  const uid = Number(stdout);
  await chmod(parent, 0o711);
  await run("chown", ["-R", "proxy:", folder]);
  await chown(folder, uid, uid);
}
