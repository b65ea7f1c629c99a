import { percentDecode } from "./percent-decode.ts";

/** One `name=value` of a query string, or of a path. */
export interface QueryParameter {
  /** As received */
  readonly raw: string;
  /** Percent-decoded until nothing changes, `+` read as space */
  readonly name: string;
  readonly value: string;
}

/** The parameters of a request target; both separators that servers know. */
export function detectQuery(target: string): readonly QueryParameter[] {
  const mark = target.indexOf("?");
  if (mark === -1) return [];
  return target
    .slice(mark + 1)
    .split(/[&;?]/)
    .map(toParameter);
}

/** The parameters that some servers read out of a path: behind a `;` in any segment, encoded or not. */
export function detectPathParameters(target: string): readonly QueryParameter[] {
  const [path = ""] = target.split("?", 1);
  if (!path.includes(";") && !path.includes("%")) return [];
  return percentDecode(path)
    .split("/")
    .flatMap((segment) => segment.split(";").slice(1))
    .map(toParameter);
}

function toParameter(raw: string): QueryParameter {
  const equals = raw.indexOf("=");
  const name = equals === -1 ? raw : raw.slice(0, equals);
  return {
    raw,
    name: percentDecode(name.replaceAll("+", " ")).trim(),
    value: equals === -1 ? "" : percentDecode(raw.slice(equals + 1)),
  };
}

/** The target without the parameters at `positions` of `detectQuery`; untouched when there are none. */
export function withoutParameters(
  target: string,
  parameters: readonly QueryParameter[],
  positions: ReadonlySet<number>,
): string {
  if (positions.size === 0) return target;
  const kept = parameters.filter((_, position) => !positions.has(position)).map(({ raw }) => raw);
  const path = target.slice(0, target.indexOf("?"));
  return kept.length === 0 ? path : `${path}?${kept.join("&")}`;
}
