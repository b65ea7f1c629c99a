import { VaultboxError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { maxConfigurationBytes } from "./git-configuration.ts";

/** What it names could not be protected. */
export function unreadable(path: string): VaultboxError {
  return new VaultboxError(
    "VBX_WORKSPACE_UNSAFE",
    `cannot read the configuration ${quoted(path)}`,
    {
      hints: [
        `it must be readable for you, and no larger than ${maxConfigurationBytes / 1024} KiB`,
      ],
    },
  );
}
