import { join } from "node:path";
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
import type { LinkChoice, LinkEnd } from "./link/link-end.ts";
import { chooseLink, openLink } from "./link/open-link.ts";
import type { OnStream } from "./link/read-service.ts";
import { servicePorts } from "./sandbox-network.ts";
import { createSessionContainer } from "./session-container.ts";
import { toSessionLabels } from "./session-labels.ts";
import type { SessionState } from "../base/session-state.ts";
import { resolveSeccomp } from "./system-call-filter.ts";

const linkTimeoutMs = 20_000;

export interface RelayOptions {
  readonly engine: Engine;
  readonly image: RelayImage;
  readonly state: SessionState;
  readonly link: LinkChoice;
  /** A client in the sandbox connected */
  readonly onStream: OnStream;
}

export interface RelayImage {
  readonly tag: string;
  readonly command: readonly string[];
}

/** A relay container that was told to start. */
export interface StartingRelay {
  readonly info: EngineInfo;
  readonly link: LinkEnd;
  /** For every container of the session, see `ContainerSpec` */
  readonly seccomp: string;
  readonly container: CreatedContainer;
  /** Resolves when the word to start is on its way; never rejects */
  readonly sent: Promise<void>;
  readonly started: Promise<StartedRelay>;
}

/**
 * Makes the relay container and tells it to start, without waiting for that: it takes longer than all the rest, and needs
 * neither policy nor credentials. What it made is on `stack`, in the order in which it must go.
 * @throws VaultboxError VBX_LINK_FAILED, VBX_IMAGE_MISSING, VBX_ENGINE_FAILED
 */
export async function startRelay(
  options: RelayOptions,
  stack: AsyncDisposableStack,
): Promise<StartingRelay> {
  const { engine, image, state } = options;
  const info = await engine.info();
  const user = resolveRelayUser(info);
  const link = await openLink({
    choice: chooseLink(options.link, info),
    directory: join(state.runtimeDirectory, "l"),
    relayUser: user,
    mountedAt: "/run/vaultbox-link",
    services: servicePorts,
    onStream: options.onStream,
    timeoutMs: linkTimeoutMs,
  });
  stack.defer(() => link.close());
  const seccomp = await resolveSeccomp(info, state.runtimeDirectory);
  const spec = toRelaySpec({
    session: state.id,
    image: image.tag,
    command: image.command,
    arguments: [...link.relayArguments, `--filter-mark=${filterMark}`],
    user,
    seccomp,
    labels: toSessionLabels(state),
    binds: link.binds,
  });
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
  return { info, link, seccomp, container, sent: attached.then(ignore, ignore), started };
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
