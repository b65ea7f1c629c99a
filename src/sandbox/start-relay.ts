import { rm } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { debug } from "../base/debug.ts";
import type {
  Attachment,
  CreatedContainer,
  Engine,
  EngineInfo,
  RunningContainer,
} from "../engine/engine.ts";
import { filterMark } from "../engine/seccomp/seccomp-profile.ts";
import { isVaultboxError } from "../base/errors.ts";
import { toRelaySpec } from "./container-specs.ts";
import { resolveRelayUser } from "./sandbox-user.ts";
import { acquireRelay, chooseLink, type LinkEnd } from "./link/acquire-relay.ts";
import type { EstablishedLink, LinkChoice, RelayClient } from "./link/link-end.ts";
import { makeSocketDirectory } from "./link/unix-link.ts";
import { createSessionContainer, resolveSeccomp } from "./session-container.ts";

/** Where the socket's directory is in the relay container */
const mountedAt = "/run/vaultbox-link";

export interface RelayOptions {
  readonly engine: Engine;
  readonly image: RelayImage;
  readonly identity: RelayIdentity;
  readonly link: LinkChoice;
}

/** A relay apart from any session: it's started without one, and acquired by one. */
export interface RelayIdentity {
  /** As a session's id is made, and nobody else's */
  readonly id: string;
  /** For its socket, in the runtime folder */
  readonly directory: string;
  /** Who started it, and for which session if there is one */
  readonly labels: Readonly<Record<string, string>>;
}

export interface RelayImage {
  readonly tag: string;
  readonly command: readonly string[];
}

/** A relay container that was told to start. */
export interface StartingRelay {
  readonly id: string;
  readonly info: EngineInfo;
  /** For every container of the session, see `ContainerSpec` */
  readonly seccomp: string;
  readonly container: CreatedContainer;
  /** Resolves when the word to start is on its way; never rejects */
  readonly sent: Promise<void>;
  readonly started: Promise<StartedRelay>;
  /** Binds it to a session, once it runs. @throws VaultboxError VBX_LINK_FAILED */
  readonly acquire: (client: RelayClient) => Promise<EstablishedLink>;
}

/**
 * Makes a relay container and tells it to start, without waiting for that: it takes longer than all the rest, and needs
 * neither policy nor credentials. What it made is on `stack`, in the order in which it must go.
 * @throws VaultboxError VBX_LINK_FAILED, VBX_IMAGE_MISSING, VBX_ENGINE_FAILED
 */
export async function startRelay(
  { engine, image, identity, link }: RelayOptions,
  stack: AsyncDisposableStack,
): Promise<StartingRelay> {
  const { id, directory, labels } = identity;
  const info = await engine.info();
  const user = resolveRelayUser(info);
  const place = { id, choice: chooseLink(link, info), directory, user, mountedAt };
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  if (place.choice !== "stdio") await makeSocketDirectory(directory, user);
  const seccomp = await resolveSeccomp(info, directory);
  const spec = toRelaySpec({
    id,
    image: image.tag,
    command: image.command,
    arguments: [`--id=${id}`, `--filter-mark=${filterMark}`],
    user,
    seccomp,
    labels,
    binds:
      place.choice === "stdio" ? [] : [{ source: directory, target: mountedAt, readOnly: true }],
  });
  let end: LinkEnd | undefined;
  stack.defer(() => end?.close());
  const container = await createSessionContainer(engine, spec, stack);
  const attached = container.attach();
  const started = attached.then(async (attachment) => ({
    container: await container.start({ watchesExit: false }),
    attachment,
  }));
  // Whoever waits for it gets the failure; until then it's no bug
  started.catch(ignore);
  // A start under way ends before the removal begins
  stack.defer(() => started.then(ignore, ignore));
  const acquire = (client: RelayClient): Promise<EstablishedLink> => {
    end = acquireRelay(
      place,
      client,
      started.then(({ attachment }) => attachment),
    );
    return end.established;
  };
  return { id, info, seccomp, container, sent: attached.then(ignore, ignore), started, acquire };
}

interface StartedRelay {
  readonly container: RunningContainer;
  readonly attachment: Attachment;
}

/** A relay that may already be on its way while the session is prepared. */
export interface EarlyRelay extends AsyncDisposable {
  /** Resolves when the engine has work to do, or when it can't be given any; never rejects */
  readonly underWay: Promise<void>;
  /** Undefined when its image has to be built first. @throws as `startRelay` and the engine's search */
  readonly relay: Promise<StartingRelay | undefined>;
}

/** Starts the relay as soon as an engine answers. Disposing waits for what is under way and removes it. */
export function startRelayEarly(
  engine: Promise<Engine>,
  image: Promise<RelayImage>,
  options: Omit<RelayOptions, "engine" | "image">,
): EarlyRelay {
  const stack = new AsyncDisposableStack();
  const begin = async (): Promise<StartingRelay | undefined> => {
    const [found, wanted] = await Promise.all([engine, image]);
    const attempt = stack.use(new AsyncDisposableStack());
    try {
      return await startRelay({ ...options, engine: found, image: wanted }, attempt);
    } catch (error) {
      if (!isVaultboxError(error, "VBX_IMAGE_MISSING")) throw error;
      // The next attempt's link is at the same place
      await attempt.disposeAsync();
      return undefined;
    }
  };
  const relay = begin();
  const underWay = relay.then(untilSent, ignore);
  return {
    underWay,
    relay,
    [Symbol.asyncDispose]: async () => {
      await underWay;
      await stack.disposeAsync();
    },
  };
}

/**
 * Until the word to start is with the engine, which is when it begins to work; module loading that comes first would
 * keep this process from sending it.
 */
async function untilSent(relay: StartingRelay | undefined): Promise<void> {
  if (relay !== undefined) debug("relay", "starting early");
  await relay?.sent;
  // A turn of the event loop to connect, and one to write
  await nextTurn();
  await nextTurn();
}

const ignore = (): void => undefined;
