import type { ClientRegistry } from "./client-registry.ts";
import type { Preset, PresetBinding } from "./preset.ts";

/** What stands for the user's own registry in a preset. */
const registryMark = "{registry}";

/** A binding with everything said. */
export interface ExpandedBinding extends PresetBinding {
  readonly port: number;
  readonly pathPrefix: string;
}

/**
 * The rule texts of a preset. Further registries of the user's client are for reading only.
 * @throws TypeError when the preset needs a registry and none is given
 */
export function expandPreset(preset: Preset, registry?: ClientRegistry): readonly string[] {
  return preset.rules.flatMap((rule) => {
    if (!rule.includes(registryMark)) return [rule];
    const { origin, pathPrefix, extraOrigins } = required(preset, registry);
    const origins = /^(?:GET|HEAD|,)+ /.test(rule) ? extraOrigins : [];
    return [`${origin}${pathPrefix}`, ...origins].map((place) => rule.replace(registryMark, place));
  });
}

/**
 * Where the credential of a preset is used; none for a registry on plain http.
 * @throws TypeError when the preset needs a registry and none is given
 */
export function expandBindings(
  preset: Preset,
  registry?: ClientRegistry,
): readonly ExpandedBinding[] {
  return (preset.credential?.bindings ?? []).flatMap((binding) => {
    const complete = {
      ...binding,
      port: binding.port ?? 443,
      pathPrefix: binding.pathPrefix ?? "/",
    };
    if (binding.host !== registryMark) return [complete];
    const { origin, pathPrefix } = required(preset, registry);
    const url = new URL(origin);
    if (url.protocol !== "https:") return [];
    const port = url.port === "" ? 443 : Number(url.port);
    return [
      { ...complete, host: url.hostname, port, pathPrefix: pathPrefix === "" ? "/" : pathPrefix },
    ];
  });
}

/** Where the credential of a preset is used at a server of one's own; undefined when the preset is for one server only. */
export function expandOwnHost(
  preset: Preset,
  place: { readonly host: string; readonly port: number },
): readonly ExpandedBinding[] | undefined {
  return preset.credential?.ownHost?.map(({ pathPrefix = "/", scheme }) => ({
    ...place,
    pathPrefix,
    scheme,
  }));
}

function required(preset: Preset, registry: ClientRegistry | undefined): ClientRegistry {
  if (registry === undefined) throw new TypeError(`preset ${preset.name} needs a registry`);
  return registry;
}
