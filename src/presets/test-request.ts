import type { Preset, PresetTest } from "./preset.ts";

/** Where a credential was bound when it was added. */
interface TestPlace {
  readonly host: string;
  readonly port: number;
  readonly pathPrefix: string;
}

/** One request that tests a credential of a preset. */
export interface TestRequest extends Pick<PresetTest, "refusedBy" | "acceptedBy"> {
  /** Absolute, https */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The test of a preset at the place of its first binding; undefined when no request does for every token. */
export function toTestRequest(
  { credential }: Preset,
  { host, port, pathPrefix }: TestPlace,
): TestRequest | undefined {
  const [binding] = credential?.bindings ?? [];
  if (binding === undefined || credential?.test === undefined) return undefined;
  const { path, ownHostPath = path, headers = {}, body, ...answers } = credential.test;
  const isRegistry = binding.host === "{registry}";
  const below = isRegistry && pathPrefix !== "/" ? pathPrefix : "";
  const isOwn = !isRegistry && binding.host !== host;
  const authority = `${host.includes(":") ? `[${host}]` : host}${port === 443 ? "" : `:${port}`}`;
  return {
    url: `https://${authority}${below}${isOwn ? ownHostPath : path}`,
    headers,
    ...(body === undefined ? {} : { body }),
    ...answers,
  };
}
