import type { Readable } from "node:stream";
import { VaultboxError, type VaultboxErrorCode } from "../base/errors.ts";
import { once } from "../base/once.ts";
import { quoted } from "../base/printable.ts";
import type { EngineApi } from "./engine-api.ts";
import { attempt, hasStatus } from "./engine-error.ts";
import { toAttachment } from "./attachment.ts";
import { toContainerRequest } from "./container-request.ts";
import { waitForStop, watchExit } from "./exit-watch.ts";
import { removeContainer, toRunningContainer } from "./running-container.ts";
import type { Attachment, ContainerSpec, CreatedContainer, RunningContainer } from "./engine.ts";

/** @throws VaultboxError VBX_IMAGE_MISSING, VBX_ENGINE_FAILED */
export async function createContainer(
  api: EngineApi,
  spec: ContainerSpec,
): Promise<CreatedContainer> {
  const id = await attempt(`create the container ${quoted(spec.name)}`, async () => {
    try {
      const query = { name: spec.name };
      const body = toContainerRequest(spec, api);
      const answer = await api.call({ method: "POST", path: "/containers/create", query, body });
      return (answer as { Id: string }).Id;
    } catch (error) {
      throw toCreateError(spec, error);
    }
  });
  return toCreatedContainer(api, id, spec);
}

function toCreatedContainer(api: EngineApi, id: string, spec: ContainerSpec): CreatedContainer {
  const path = `/containers/${id}`;
  const archive = `${path}/archive`;
  const attachments = new DisposableStack();
  return {
    id,
    name: spec.name,
    putArchive: (target, tar) =>
      attempt("put files into the container", async () => {
        const query = { path: target, noOverwriteDirNonDir: 1 };
        await api.call({ method: "PUT", path: archive, query, file: tar });
      }),
    getArchive: (target) =>
      attempt("read a file of the container", async () => {
        const stream = await streamArchive(api, archive, target);
        return stream && (await readLimited(stream, target));
      }),
    streamArchive: (target) =>
      attempt("read a folder of the container", () => streamArchive(api, archive, target)),
    attach: async () => {
      const attachment = await attach(api, path, spec.tty);
      if (attachments.disposed) attachment.close();
      else attachments.defer(attachment.close);
      return attachment;
    },
    start: ({ watchesExit = true } = {}) => start(api, { id, name: spec.name }, watchesExit),
    remove: once(async () => {
      try {
        await removeContainer(api, id);
      } finally {
        // Engines leave it open for a container that was never started, which would keep this process alive
        attachments.dispose();
      }
    }),
  };
}

/** Undefined when nothing is there. @throws Error of the engine */
async function streamArchive(
  api: EngineApi,
  path: string,
  target: string,
): Promise<Readable | undefined> {
  try {
    return await api.stream({ method: "GET", path, query: { path: target } });
  } catch (error) {
    if (hasStatus(error, 404) && !/no such container/i.test(String(error))) return undefined;
    throw error;
  }
}

/** What is read of containers are settings of an agent and account files; whoever made them may have made them endless. */
const maxArchiveBytes = 16 * 1024 * 1024;

async function readLimited(stream: Readable, path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  // Leaving the loop early ends the transfer
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxArchiveBytes) {
      throw new VaultboxError(
        "VBX_FILE_UNSAFE",
        `cannot read ${quoted(path)} of the container: it is larger than ${maxArchiveBytes / 1024 ** 2} MiB`,
        { hints: ["if it is in a kept home: docker volume ls --filter label=dev.vaultbox.home"] },
      );
    }
  }
  return Buffer.concat(chunks);
}

async function attach(api: EngineApi, path: string, tty: boolean): Promise<Attachment> {
  const query = { stream: 1, stdin: 1, stdout: 1, stderr: 1, logs: 0 };
  return await attempt("attach to the container", async () =>
    toAttachment(await api.upgrade({ method: "POST", path: `${path}/attach`, query }), { tty }),
  );
}

async function start(
  api: EngineApi,
  container: { readonly id: string; readonly name: string },
  watchesExit: boolean,
): Promise<RunningContainer> {
  const { id } = container;
  const watch = watchesExit ? await watchExit(api, id) : undefined;
  try {
    await attempt("start the container", async () => {
      await api.call({ method: "POST", path: `/containers/${id}/start` });
    });
  } catch (error) {
    watch?.cancel();
    throw error;
  }
  return toRunningContainer(api, container, () => watch?.exit ?? waitForStop(api, id));
}

/** What the engine lacks for the container, and what to do; any other error as it is. */
function toCreateError({ image, runtime = "" }: ContainerSpec, cause: unknown): unknown {
  const said = String(cause);
  const lacks = (code: VaultboxErrorCode, what: string, ...hints: string[]): VaultboxError =>
    new VaultboxError(code, `cannot create the container: the engine has no ${what}`, {
      hints,
      cause,
    });
  if (hasStatus(cause, 404) && /image/i.test(said)) {
    return lacks(
      "VBX_IMAGE_MISSING",
      `image ${quoted(image)}`,
      "build vaultbox's own image with: vaultbox image build",
      "or pull it with: docker pull IMAGE",
    );
  }
  // Podman's init is a package of its own
  if (/container-init|catatonit/i.test(said)) {
    return lacks("VBX_ENGINE_FAILED", "init for it", "install it: apt-get install catatonit");
  }
  if (!/unknown (or invalid )?runtime/i.test(said)) return cause;
  const hint = "see which it has: docker info --format '{{json .Runtimes}}'";
  return lacks("VBX_ENGINE_FAILED", `runtime ${quoted(runtime)}`, hint);
}
