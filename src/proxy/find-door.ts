import type { OtherPath } from "../policy/other-path.ts";
import type { Door, DoorRequest } from "./doors/door.ts";
import { Refusal } from "./refusal.ts";

/**
 * The door that decides a request: the first that claims it alone, or that claims what host rules don't allow.
 * @throws Refusal when it names two resources and a door decides one of them: no client of git or of a forge does that
 */
export function findDoor(
  doors: readonly Door[],
  request: DoorRequest,
  facts: { readonly isAllowed: boolean; readonly others: readonly OtherPath[] },
): Door | undefined {
  const others = facts.others.filter(({ needs }) => needs === "allowed");
  for (const door of doors) {
    const claim = door.claim(request);
    const decides = claim !== undefined && (claim.exclusive || !facts.isAllowed);
    if ((decides && others.length > 0) || claimsAnother(door, request, others)) {
      throw new Refusal(
        403,
        "git-not-allowed",
        `refused ${request.method}: a git: entry decides one of the two resources that it names`,
      );
    }
    if (decides) return door;
  }
  return undefined;
}

function claimsAnother(door: Door, request: DoorRequest, others: readonly OtherPath[]): boolean {
  return others.some(
    ({ path }) => door.claim({ ...request, path, rawPath: path, query: "" })?.exclusive,
  );
}
