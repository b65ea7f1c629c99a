/**
 * What a stand-in's model does next. A script is a list of turns; turn N answers a conversation in which the model
 * spoke N times already, so a stand-in keeps no state and serves any number of conversations.
 */
export type ScriptedTurn =
  | { readonly type: "shell"; readonly command: string }
  /** `{output}` stands for the output of the last command */
  | { readonly type: "say"; readonly text: string };

/** The turn for a conversation, with `{output}` filled in; after the script's end the model says so. */
export function resolveTurn(
  script: readonly ScriptedTurn[],
  spoken: number,
  lastOutput: string,
): ScriptedTurn {
  const turn = script[spoken] ?? { type: "say", text: "The script has no further turn." };
  if (turn.type === "shell") return turn;
  // A function, because the output may hold `$&`
  return { type: "say", text: turn.text.replaceAll("{output}", () => lastOutput.trim()) };
}
