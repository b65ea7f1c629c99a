import dns from "node:dns";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { join } from "node:path";

const suffix = ".bench.test";

/** From here on this process finds every host of the stand-in at 127.0.0.1. */
export function resolveBenchNames(): void {
  const original = dns.lookup;
  const lookup = (host: string, options: unknown, done: unknown): void => {
    if (!host.endsWith(suffix)) {
      Reflect.apply(original, dns, [host, options, done]);
      return;
    }
    const callback = (typeof options === "function" ? options : done) as (
      ...results: unknown[]
    ) => void;
    const wantsAll =
      typeof options === "object" && options !== null && "all" in options && options.all;
    process.nextTick(() =>
      wantsAll === true
        ? callback(null, [{ address: "127.0.0.1", family: 4 }])
        : callback(null, "127.0.0.1", 4),
    );
  };
  Object.assign(dns, { lookup });
  syncBuiltinESMExports();
}

/** A package from the folder that the bench installed its peers in. */
export function requirePeer(folder: string, name: string): unknown {
  return createRequire(join(folder, "package.json"))(name);
}
