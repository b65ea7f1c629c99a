import type { PlaceholderForm } from "../credential/placeholder.ts";
import type { CredentialScheme } from "../credential/schemes.ts";

export interface PresetBinding {
  /** Host, `*.host`, `{registry}`: the host of the user's own client configuration, or `{host}` of `ownHost` */
  readonly host: string;
  readonly port?: number;
  readonly pathPrefix?: string;
  readonly scheme: CredentialScheme;
}

/** One request that changes nothing and that the service answers only to who it knows; the secret comes with the first binding. */
export interface PresetTest {
  /** At the first binding's host; for `{registry}` below the registry's own path */
  readonly path: string;
  /** Instead of `path` at a server of the user's own */
  readonly ownHostPath?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, sent with POST; without it the request is a GET */
  readonly body?: string;
  /** The preset whose credential goes on it too */
  readonly beside?: string;
  /** Statuses that mean a refusal beside 401 */
  readonly refusedBy?: readonly number[];
  /** Field of the JSON answer that must be true, where every status is 200 */
  readonly acceptedBy?: string;
}

interface PresetCredential {
  /** Environment variables that carry the placeholder in the sandbox */
  readonly env: readonly string[];
  readonly bindings: readonly PresetBinding[];
  /** Instead of `bindings` for a server of one's own; their host is `{host}`, the one that the user names */
  readonly ownHost?: readonly PresetBinding[];
  readonly placeholder: PlaceholderForm;
  /** Missing where no request does for every token */
  readonly test?: PresetTest;
}

/** A well-known service: what may be asked of it by default, and how its credential is attached. Pure data. */
export interface Preset {
  readonly name: string;
  readonly summary: string;
  /** The vendor page the facts were read from */
  readonly source: string;
  /** Rule texts as in `--allow` (policy/parse-rule.ts); `{registry}` stands for the origin from the client's configuration */
  readonly rules: readonly string[];
  /** Rule texts of storage hosts where signed URLs and short-lived tokens that the service gave to the client may pass */
  readonly rulesWithClientCredentials?: readonly string[];
  readonly credential?: PresetCredential;
  /** The client whose own configuration names the registry */
  readonly client?: "npm" | "pip";
}
