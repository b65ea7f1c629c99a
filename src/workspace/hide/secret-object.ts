import { isSecretName, isSecretSetting } from "./secret-names.ts";
import { hideSecretsInText } from "./secret-text.ts";

/** Of JSON Schema */
const schemaType = /^(?:string|object|number|integer|boolean|array|null)$/;

/** Whether JSON has a secret in it, by the names around its texts; undefined for what is no JSON. */
export function objectHoldsSecret(content: string): boolean | undefined {
  try {
    return holdsSecret(JSON.parse(content), { name: "", isSecret: false });
  } catch {
    return undefined;
  }
}

interface Around {
  readonly name: string;
  /** Whether what is in it is secret by a name around: `"github-oauth": {"github.com": "…"}` */
  readonly isSecret: boolean;
}

function holdsSecret(value: unknown, { name, isSecret }: Around): boolean {
  if (typeof value === "string") {
    return (isSecret && value !== "") || isSecretSetting(name, value) || isToken(value);
  }
  if (typeof value !== "object" || value === null) return false;
  const inner = isSecret || isSecretName(name);
  if (Array.isArray(value)) {
    return value.some((item: unknown) => holdsSecret(item, { name, isSecret: inner }));
  }
  const entries = Object.entries(value as Record<string, unknown>);
  // What describes a field names no value of it
  const isSchema = entries.some(
    ([key, item]) =>
      key === "$ref" || (key === "type" && typeof item === "string" && schemaType.test(item)),
  );
  return entries.some(([key, item]) => {
    if (isSchema && typeof item === "string") return isToken(item);
    return holdsSecret(item, { name: key, isSecret: inner && !isSchema });
  });
}

/** By its own look, or an address with a password */
function isToken(value: string): boolean {
  return hideSecretsInText(value) !== value;
}
