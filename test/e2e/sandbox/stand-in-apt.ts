import type { Engine } from "../../../src/engine/engine.ts";
import { importBusybox, type SmallImage } from "../../support/small-images.ts";

/** A small image whose apt-get does as the script says, in place of Debian's; `$1` is its command. */
export async function importStandInApt(engine: Engine, aptGet: string): Promise<SmallImage> {
  return await importBusybox(engine, [], {
    applets: ["mkdir", "rm", "find", "chmod", "echo", "printf", "kill"],
    scripts: { "usr/bin/apt-get": aptGet, "usr/bin/apt-cache": "echo found" },
  });
}
