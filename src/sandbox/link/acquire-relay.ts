import { randomBytes } from "node:crypto";
import type { Attachment, EngineInfo } from "../../engine/engine.ts";
import { debug } from "../../base/debug.ts";
import { VaultboxError } from "../../base/errors.ts";
import { toPrintable } from "../../base/printable.ts";
import { protocolVersion, type Acquisition, type SessionLine } from "../../relay/protocol.ts";
import type { EstablishedLink, LinkChoice, OpenLink, RelayClient, RelayPlace } from "./link-end.ts";
import { readRelayStatus, type RelayStatus } from "./relay-status.ts";
import { openUnixLink, socketName } from "./unix-link.ts";

/** From the start of the relay's program, which takes a tenth of a second, until it listens */
const linkTimeoutMs = 20_000;

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

/** The host's end of a link that is being made. */
export interface LinkEnd {
  /** @throws VaultboxError VBX_LINK_FAILED */
  readonly established: Promise<EstablishedLink>;
  /** Idempotent */
  readonly close: () => Promise<void>;
}

/**
 * Acquires a relay for a session, once it was started and attached to (src/relay/protocol.ts). Every client connection in
 * the sandbox becomes one `onStream` call.
 */
export function acquireRelay(
  place: RelayPlace,
  client: RelayClient,
  attached: Promise<Attachment>,
): LinkEnd {
  const token = randomBytes(16).toString("hex");
  const { choice } = place;
  const opening: Promise<OpenLink | undefined> =
    choice === "stdio"
      ? Promise.resolve(undefined)
      : openUnixLink({ ...place, token, onStream: client.onStream });
  let stdio: Promise<OpenLink> | undefined;
  const established = Promise.all([opening, attached]).then(([unix, attachment]) => {
    const ends: LinkEnds = {
      unix,
      openStdio: () => (stdio ??= openStdioLink(attachment, client)),
    };
    return new Conversation(place, toAcquisition(place, client, token), ends).begin(attachment);
  });
  // Whoever waits for it gets the failure
  established.catch(() => undefined);
  const close = async (): Promise<void> => {
    const [unix, other] = await Promise.allSettled([opening, stdio]);
    for (const one of [unix, other]) if (one.status === "fulfilled") one.value?.close();
  };
  return { established, close };
}

function toAcquisition(
  { choice: link, mountedAt }: RelayPlace,
  { session: by, services }: RelayClient,
  token: string,
): Acquisition {
  const socket = link === "stdio" ? "" : `${mountedAt}/${socketName}`;
  return { by, token, link, socket, services };
}

/** HTTP/2 is loaded where it's needed: a mounted socket does without. */
async function openStdioLink(attachment: Attachment, { onStream }: RelayClient): Promise<OpenLink> {
  const link = await import("./stdio-link.ts");
  return link.openStdioLink(attachment.duplex(), onStream);
}

interface LinkEnds {
  readonly unix: OpenLink | undefined;
  readonly openStdio: () => Promise<OpenLink>;
}

/** What is said until the relay is ready, and how it ends. */
class Conversation {
  readonly #relay: RelayPlace;
  readonly #acquisition: Acquisition;
  readonly #ends: LinkEnds;
  readonly #ready = Promise.withResolvers<EstablishedLink>();
  readonly #ended = Promise.withResolvers<string>();
  readonly #texts: string[] = [];
  #say: (line: SessionLine) => void = () => undefined;
  #hasAsked = false;
  #fallback: string | undefined;

  constructor(relay: RelayPlace, acquisition: Acquisition, ends: LinkEnds) {
    this.#relay = relay;
    this.#acquisition = acquisition;
    this.#ends = ends;
  }

  /** @throws VaultboxError VBX_LINK_FAILED */
  async begin({ stdin, stderr }: Attachment): Promise<EstablishedLink> {
    const timer = setTimeout(
      () => this.#fail(`the relay did not start within ${linkTimeoutMs} ms`),
      linkTimeoutMs,
    );
    stderr.once("end", () => {
      this.#ended.resolve("the relay is gone");
      this.#fail("the relay ended");
    });
    readRelayStatus(stderr, (status) => this.#hear(status));
    this.#say = (line) => void stdin.write(`${JSON.stringify(line)}\n`);
    this.#say({ session: "hello" });
    try {
      return await this.#ready.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  #hear(status: RelayStatus): void {
    debug("relay", JSON.stringify(status));
    const { by } = this.#acquisition;
    switch (status.relay) {
      case "hello":
        this.#acquire(status);
        return;
      case "ready":
        if (this.#hasAsked && status.by === by) this.#establish(status);
        else this.#fail("another session has it");
        return;
      case "fallback":
        if (!this.#hasAsked || this.#acquisition.link !== "auto") return;
        this.#fallback = status.reason;
        this.#ends.openStdio().catch(this.#ready.reject);
        return;
      case "refused":
        if (status.by === by) this.#fail(status.reason);
        return;
      case "failed":
        this.#fail(status.reason);
        return;
      case "ended":
        this.#ended.resolve(status.reason);
        return;
      case "text":
        this.#texts.push(status.reason);
    }
  }

  /** The token is for the relay that was started, and for it alone. */
  #acquire({ id, version }: Extract<RelayStatus, { relay: "hello" }>): void {
    if (this.#hasAsked) return;
    if (version !== protocolVersion) {
      this.#fail(`it speaks version ${version} of the link's protocol, not ${protocolVersion}`);
    } else if (id !== this.#relay.id) {
      this.#fail("it is another relay than the one that was started");
    } else {
      this.#hasAsked = true;
      this.#say({ session: "acquire", ...this.#acquisition });
      if (this.#acquisition.link === "stdio") this.#ends.openStdio().catch(this.#ready.reject);
    }
  }

  #establish(status: Extract<RelayStatus, { relay: "ready" }>): void {
    const fallback = this.#fallback;
    const report = { ...status, ...(fallback === undefined ? {} : { fallback }) };
    const settle = (link: OpenLink | undefined): void => {
      const ends = link === undefined ? [] : [link.ended];
      this.#ready.resolve({ report, ended: Promise.race([this.#ended.promise, ...ends]) });
    };
    if (status.link === "unix") settle(this.#ends.unix);
    else this.#ends.openStdio().then(settle, this.#ready.reject);
  }

  #fail(reason: string): void {
    this.#ready.reject(linkFailed(reason, this.#texts));
  }
}

function linkFailed(reason: string, texts: readonly string[]): VaultboxError {
  const said = texts.length === 0 ? "" : ` (${texts.slice(0, 3).map(toPrintable).join(" ")})`;
  return new VaultboxError(
    "VBX_LINK_FAILED",
    `cannot link the sandbox to the proxy: ${toPrintable(reason)}${said}`,
    { hints: ['try "--link stdio", which needs no mounted socket'] },
  );
}
