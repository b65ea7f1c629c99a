import { randomBytes } from "node:crypto";
import type { Attachment, EngineInfo } from "../../engine/engine.ts";
import { debug } from "../../base/debug.ts";
import { VaultboxError } from "../../base/errors.ts";
import { toPrintable } from "../../base/printable.ts";
import type { EstablishedLink, LinkChoice, LinkEnd, LinkOptions } from "./link-end.ts";
import { readRelayStatus, type RelayStatus } from "./relay-status.ts";
import type { OnStream } from "./read-service.ts";
import type { StdioLink } from "./stdio-link.ts";
import { openUnixLink, socketName, type UnixLink } from "./unix-link.ts";

/**
 * Where a mounted socket can't work, it isn't tried: Docker Desktop's containers live in a virtual machine, and a
 * remote engine on another host.
 */
export function chooseLink(choice: LinkChoice, info: EngineInfo): LinkChoice {
  if (choice !== "auto") return choice;
  const isLocal = info.endpoint.startsWith("unix:") || info.endpoint.startsWith("/");
  const sharesKernel = process.platform === "linux" && info.flavour !== "docker-desktop";
  return isLocal && sharesKernel ? "auto" : "stdio";
}

/**
 * Prepares the host's end of the link. Every client connection in the sandbox becomes one `onStream` call.
 * @throws VaultboxError VBX_LINK_FAILED
 */
export async function openLink(options: LinkOptions): Promise<LinkEnd> {
  const nonce = randomBytes(16).toString("hex");
  const unix = options.choice === "stdio" ? undefined : await openUnixLink({ ...options, nonce });
  let stdio: Promise<StdioLink> | undefined;
  const services = JSON.stringify(options.services);
  const args = [`--link=${options.choice}`, `--nonce=${nonce}`, `--services=${services}`];
  if (unix !== undefined) args.push(`--socket=${options.mountedAt}/${socketName}`);
  return {
    relayArguments: args,
    binds:
      unix === undefined
        ? []
        : [{ source: options.directory, target: options.mountedAt, readOnly: true }],
    establish: async (attachment) => {
      const openStdio = (): Promise<StdioLink> => {
        stdio ??= openStdioLink(attachment, options.onStream);
        return stdio;
      };
      if (options.choice === "stdio") await openStdio();
      return establish(attachment, { unix, openStdio, timeoutMs: options.timeoutMs });
    },
    close: async () => {
      (await stdio)?.close();
      await unix?.close();
    },
  };
}

interface Ends {
  readonly unix: UnixLink | undefined;
  readonly openStdio: () => Promise<StdioLink>;
  readonly timeoutMs: number;
}

/** HTTP/2 is loaded where it's needed: a mounted socket does without. */
async function openStdioLink(attachment: Attachment, onStream: OnStream): Promise<StdioLink> {
  const link = await import("./stdio-link.ts");
  return link.openStdioLink(attachment.duplex(), onStream);
}

/** Waits for the relay's word that it listens; falls back to its stdio when it asks for that. */
function establish(attachment: Attachment, ends: Ends): Promise<EstablishedLink> {
  return new Promise((resolve, reject) => {
    let fallback: string | undefined;
    const texts: string[] = [];
    let setEnded: (reason: string) => void = () => undefined;
    const streamEnded = new Promise<string>((done) => {
      setEnded = done;
    });
    const fail = (reason: string): void => {
      clearTimeout(timer);
      reject(linkFailed(reason, texts));
    };
    const timer = setTimeout(
      () => fail(`the relay did not start within ${ends.timeoutMs} ms`),
      ends.timeoutMs,
    );
    attachment.stderr.once("end", () => {
      setEnded("the relay is gone");
      fail("the relay ended");
    });
    const onStatus = (status: RelayStatus): void => {
      debug("relay", JSON.stringify(status));
      switch (status.relay) {
        case "ready": {
          clearTimeout(timer);
          const report = { ...status, ...(fallback === undefined ? {} : { fallback }) };
          const toEstablished = (link: UnixLink | StdioLink | undefined): EstablishedLink => ({
            report,
            ended: Promise.race([streamEnded, ...(link === undefined ? [] : [link.ended])]),
          });
          if (status.link === "unix") resolve(toEstablished(ends.unix));
          else ends.openStdio().then((link) => resolve(toEstablished(link)), reject);
          return;
        }
        case "fallback":
          fallback = status.reason;
          ends.openStdio().catch(reject);
          return;
        case "failed":
          fail(status.reason);
          return;
        case "ended":
          setEnded(status.reason);
          return;
        case "text":
          texts.push(status.reason);
      }
    };
    readRelayStatus(attachment.stderr, onStatus);
  });
}

function linkFailed(reason: string, texts: readonly string[]): VaultboxError {
  const said = texts.length === 0 ? "" : ` (${texts.slice(0, 3).map(toPrintable).join(" ")})`;
  return new VaultboxError(
    "VBX_LINK_FAILED",
    `cannot link the sandbox to the proxy: ${toPrintable(reason)}${said}`,
    { hints: ['try "--link stdio", which needs no mounted socket'] },
  );
}
