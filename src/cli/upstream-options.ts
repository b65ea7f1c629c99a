import type { Command } from "commander";
import { collect } from "./policy-options.ts";

/** The flags that say how this host reaches upstreams; a project file can't set them. */
export interface UpstreamFlags {
  readonly connectTo: readonly string[];
  readonly upstreamCa: readonly string[];
}

/** Adds `--connect-to` and `--upstream-ca`. */
export function addUpstreamOptions(command: Command): Command {
  return command
    .option(
      "--connect-to <host:port:addr:port>",
      "reach HOST:PORT at ADDR:PORT, as curl does (repeatable)",
      collect,
      [],
    )
    .option(
      "--upstream-ca <file>",
      "trust these certificates for upstreams too (repeatable)",
      collect,
      [],
    );
}
