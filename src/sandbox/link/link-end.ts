import type { Attachment, BindMount } from "../../engine/engine.ts";
import type { ServicePort } from "../../relay/services.ts";
import type { OnStream } from "./read-service.ts";

export type LinkChoice = "auto" | "unix" | "stdio";
export type LinkKind = "unix" | "stdio";

/** What the relay said about itself once it was ready. */
export interface RelayReport {
  readonly link: LinkKind;
  readonly listening: readonly string[];
  readonly missing: readonly string[];
  /** Its system calls go through vaultbox's own filter */
  readonly filtered: boolean;
  /** Why the mounted socket wasn't used, when it was tried */
  readonly fallback?: string;
}

/** The host's end of the link, prepared before the relay container is made. */
export interface LinkEnd {
  /** Arguments for the relay program */
  readonly relayArguments: readonly string[];
  readonly binds: readonly BindMount[];
  /**
   * Completes the link with a relay that was attached and started.
   * @throws VaultboxError VBX_LINK_FAILED
   */
  readonly establish: (attachment: Attachment) => Promise<EstablishedLink>;
  /** Closes everything and removes the socket; idempotent */
  readonly close: () => Promise<void>;
}

export interface EstablishedLink {
  readonly report: RelayReport;
  /** Resolves with the reason when the relay or the link ends */
  readonly ended: Promise<string>;
}

export interface LinkOptions {
  readonly choice: LinkChoice;
  /** Private directory for the socket, on the engine's host too */
  readonly directory: string;
  /** `uid:gid` that the relay runs as */
  readonly relayUser: string;
  /** Where the directory shows up in the relay container (tests use the directory itself) */
  readonly mountedAt: string;
  readonly services: readonly ServicePort[];
  /** A client in the sandbox connected to the port of a service */
  readonly onStream: OnStream;
  readonly timeoutMs: number;
}
