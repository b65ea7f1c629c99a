import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { sendCall, type ApiCall } from "../../support/api-call.ts";
import { searchCanary } from "../../support/canary.ts";
import { lfsGitHost, otherHost, startLfsServer, storageHost } from "../../support/lfs-server.ts";
import { lfsRule, openLfsWorld } from "./lfs-world.ts";
import type { ProxyFixture } from "../../support/proxy-fixture.ts";
import { recordScore } from "../../support/scoreboard.ts";

const content = "the object";
const oid = createHash("sha256").update(content).digest("hex");
const object = { oid, size: content.length };
const lfs = `https://${lfsGitHost}/acme/widgets.git/info/lfs`;
const type = { "Content-Type": "application/vnd.git-lfs+json" };
const batchCall = (operation: string, more: object = {}): ApiCall => ({
  title: operation,
  line: `POST ${lfs}/objects/batch`,
  body: { operation, transfers: ["basic"], objects: [object], ...more },
  headers: type,
});

type Actions = Readonly<Record<string, { readonly href: string }>>;

async function askFor(proxy: ProxyFixture, operation: string): Promise<Actions> {
  const { body } = await sendCall(proxy, batchCall(operation));
  const answer = JSON.parse(dechunk(body)) as { objects: { actions?: Actions }[] };
  return answer.objects[0]?.actions ?? {};
}

function dechunk(body: string): string {
  return body.slice(body.indexOf("{"), body.lastIndexOf("}") + 1);
}

function put(href: string, body: string = content): ApiCall {
  return { title: "put", line: `PUT ${href}`, body, headers: { "Content-Type": "" } };
}

/** An object is stored, and the client has tokens to upload, verify and download it. */
async function prepare(proxy: ProxyFixture) {
  const { upload, verify } = await askFor(proxy, "upload");
  const stored = await sendCall(proxy, put(upload!.href));
  const { download } = await askFor(proxy, "download");
  expect(stored.status).toBe(200);
  return { upload: upload!.href, verify: verify!.href, download: download!.href };
}

test("a token for one transfer is good for no other, and the storage is closed without one", async () => {
  await using server = await startLfsServer();
  await using guarded = await openLfsWorld({ server, git: [lfsRule()] });
  const hosts = [lfsGitHost, storageHost, otherHost];
  const rules = hosts.map((host) => `* https://${host}/**`);
  await using open = await openLfsWorld({ server, rules });
  const { upload, verify, download } = await prepare(guarded.proxy);
  const get = (href: string): ApiCall => ({ title: "", line: `GET ${href}` });
  const post = (href: string, body: unknown): ApiCall => ({
    title: "",
    line: `POST ${href}`,
    body,
    headers: type,
  });
  const token = download.slice(download.indexOf("?"));
  const attempts: readonly ApiCall[] = [
    get(`https://${storageHost}/objects/${oid}`),
    put(`https://${storageHost}/objects/${oid}`),
    put(`https://${storageHost}/loot?X-Amz-Signature=theirs`),
    get(`https://${storageHost}/objects/${oid}?vaultbox=${"x".repeat(43)}`),
    get(`${download}x`),
    get(`${download}&response-content-type=text/html`),
    get(`https://${storageHost}/objects/${oid}/../x${token}`.replace("/../", "/%2e%2e/")),
    get(`https://${storageHost}/loot${token}`),
    get(`https://${storageHost}/objects/%${oid.charCodeAt(0).toString(16)}${oid.slice(1)}${token}`),
    get(`https://${lfsGitHost}/acme/widgets${token}`),
    get(`https://${otherHost}/objects/${oid}${token}`),
    put(download),
    { title: "", line: `DELETE ${download}` },
    post(download, {}),
    get(upload),
    put(upload, `${content} and more`),
    put(upload, "less"),
    put(upload, "an object!"),
    get(verify),
    post(verify, { oid: "b".repeat(64), size: 1 }),
    post(verify, { oid, size: 1 }),
    post(`${lfs}/objects`, { oid, size: 1 }),
    get(`${lfs}/objects/${oid}`),
    { ...batchCall("upload"), headers: { "Content-Type": "text/plain" } },
    { ...batchCall("upload"), headers: { ...type, "Content-Encoding": "identity, gzip" } },
    { ...batchCall("upload"), line: `POST ${lfs}/objects/batch?operation=download` },
    { ...batchCall("upload"), line: `PUT ${lfs}/objects/batch` },
    batchCall("delete"),
    batchCall("download", { hash_algo: "sha1" }),
    batchCall("download", { objects: [{ oid: "../../x", size: 1 }] }),
    {
      ...batchCall("upload"),
      line: `POST https://${lfsGitHost}/eve/loot.git/info/lfs/objects/batch`,
    },
    // Where the software isn't known, this may be another repository
    ...["Acme/widgets.git", "acme/Widgets"].flatMap((name) => [
      {
        ...batchCall("download"),
        line: `POST https://${lfsGitHost}/${name}/info/lfs/objects/batch`,
      },
      get(`https://${lfsGitHost}/${name}/info/lfs/locks`),
    ]),
    post(`${lfs}/locks/1/unlock`, { force: true }),
    { title: "", line: `DELETE ${lfs}/locks/1` },
  ];
  const findArrived = async (proxy: ProxyFixture): Promise<readonly string[]> => {
    const arrived: string[] = [];
    for (const call of attempts) {
      const before = server.arrived.length;
      // To a host that nothing names there isn't even a tunnel
      await Promise.allSettled([sendCall(proxy, call)]);
      if (server.arrived.length > before) arrived.push(call.line);
    }
    return arrived;
  };
  const arrived = await findArrived(guarded.proxy);
  const control = await findArrived(open.proxy);
  const blocked = attempts.length - arrived.length;
  recordScore({
    row: 23,
    test: "LFS: storage without a token, a token for something else, other repositories",
    attempts: attempts.length,
    blocked,
    controlSucceeded: control.length,
  });
  expect(arrived).toEqual([]);
  // But for those that aren't requests anywhere
  expect(control.length).toBeGreaterThan(attempts.length - 4);
});

test("a token is good for the transfer that it's for, with a range too, and the storage gets its own header once", async () => {
  await using server = await startLfsServer();
  await using world = await openLfsWorld({ server, git: [lfsRule()] });
  const { verify, download } = await prepare(world.proxy);
  const headers = {
    Range: "bytes=0-2",
    Authorization: "Bearer theirs",
    Cookie: "a=b",
    "X-Extra": "1",
  };
  const got = await sendCall(world.proxy, { title: "", line: `GET ${download}`, headers });
  expect(got.body).toContain(content);
  const verified = await sendCall(world.proxy, {
    title: "",
    line: `POST ${verify}`,
    body: object,
    headers: type,
  });
  expect(verified.status).toBe(200);
  const seen = server.arrived.find(({ line }) => line.startsWith(`GET ${storageHost}/`));
  expect(seen?.headers).toMatchObject({
    range: "bytes=0-2",
    authorization: `RemoteAuth ${server.secrets.header}`,
  });
  expect(seen?.headers["cookie"] ?? seen?.headers["x-extra"]).toBeUndefined();
  expect(seen?.query).toBe(`?X-Amz-Signature=${server.secrets.query}`);
  const decided = world.proxy.events.filter(({ type: kind }) => kind === "request.decision");
  expect(decided).toContainEqual(
    expect.objectContaining({ host: storageHost, repository: "acme/widgets", rule: "--git" }),
  );
  expect(searchCanary(JSON.stringify(world.proxy.events), server.secrets.query)).toEqual([]);
});

test("the token of the git host goes to the git host only", async () => {
  await using server = await startLfsServer();
  await using world = await openLfsWorld({ server, git: [lfsRule()] });
  await prepare(world.proxy);
  const basic = Buffer.from(`x-access-token:${server.token}`).toString("base64");
  const withToken = server.arrived.filter(({ headers }) => headers.authorization?.includes(basic));
  expect(new Set(withToken.map(({ line }) => line))).toEqual(
    new Set([`POST ${lfsGitHost}/acme/widgets.git/info/lfs/objects/batch`]),
  );
});
