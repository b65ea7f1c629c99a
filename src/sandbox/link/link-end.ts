import type { ServicePort } from "../../relay/protocol.ts";
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

/** The session that acquires a relay, and what it wants of it. */
export interface RelayClient {
  /** The session's id */
  readonly session: string;
  readonly services: readonly ServicePort[];
  /** A client in the sandbox connected to the port of a service */
  readonly onStream: OnStream;
}

/** A relay and the ways to it, whoever started it. */
export interface RelayPlace {
  /** Its own id */
  readonly id: string;
  readonly choice: LinkChoice;
  /** Private directory for the socket, on the engine's host too */
  readonly directory: string;
  /** `uid:gid` that it runs as */
  readonly user: string;
  /** Where the directory shows up in its container (tests use the directory itself) */
  readonly mountedAt: string;
}

/** One way to a relay, the host's end of it. */
export interface OpenLink {
  /** Resolves with the reason when it ends, once it was in use */
  readonly ended: Promise<string>;
  readonly close: () => void;
}

/** A relay that this session acquired. */
export interface EstablishedLink {
  readonly report: RelayReport;
  /** Resolves with the reason when the relay or the link ends */
  readonly ended: Promise<string>;
}
