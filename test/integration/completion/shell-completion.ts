import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { shellText } from "../../../src/cli/completion/shell-script.ts";
import { cliEnvironment, cliPath } from "../../support/run-cli.ts";

/** A shell of this machine, with and without the functions of the package bash-completion. */
export type CompletingShell = "bash" | "bash with bash-completion" | "zsh" | "fish";

/** Where a shell is and what it finds there. */
export interface ShellPlace {
  readonly env: Record<string, string>;
  readonly cwd: string;
}

/** Puts a program `vaultbox`, which starts the built one, into `folder`/bin. @returns the environment to find it */
export async function installProgram(folder: string): Promise<Record<string, string>> {
  const programs = join(folder, "bin");
  await mkdir(programs);
  const program = join(programs, "vaultbox");
  await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${cliPath}" "$@"\n`);
  await chmod(program, 0o755);
  const env = cliEnvironment(folder);
  return { ...env, PATH: `${programs}:${env["PATH"]}`, TERM: "dumb", XDG_CONFIG_HOME: folder };
}

/**
 * What a shell proposes for a line with the cursor at its end, as words, sorted.
 *
 * @param script what the shell loads in place of `vaultbox completion SHELL`
 */
export async function completeLine(
  shell: CompletingShell,
  line: string,
  { env, cwd }: ShellPlace,
  script?: string,
): Promise<readonly string[]> {
  const [file, ...args] = toProgram(shell, script);
  const child = spawn(file, [...args, line], {
    // In the language C fish 3.6 runs no program of a folder whose name isn't ASCII
    env: shell === "fish" ? { ...env, LC_ALL: "C.UTF-8" } : env,
    cwd,
    stdio: ["ignore", "pipe", "ignore"],
    // Ended as a whole: zsh has a shell of its own below it
    detached: true,
    timeout: 60_000,
  });
  const [stdout] = await Promise.all([text(child.stdout), once(child, "close")]);
  return [...new Set(stdout.split("\n").flatMap((row) => row.split("\t")[0]?.trim() || []))].sort();
}

function toProgram(shell: CompletingShell, script?: string): readonly [string, ...string[]] {
  const name = shell === "bash with bash-completion" ? "bash" : shell;
  const load = script ?? `vaultbox completion ${name}`;
  switch (shell) {
    case "fish":
      return ["fish", "--no-config", "-c", `${load} | source; complete -C $argv[1]`];
    case "zsh":
      return ["zsh", "-f", "-c", zshProbe.replace("LOAD", load), "probe"];
    case "bash":
      return ["bash", "--norc", "-c", `. <(${load})\n${bashProbe}`, "probe"];
    case "bash with bash-completion":
      return ["bash", "--norc", "-c", `${packageLine}\n. <(${load})\n${bashProbe}`, "probe"];
  }
}

const packageLine = "shopt -s extglob; . /usr/share/bash-completion/bash_completion || exit";

/** Splits the line as readline does, at blanks, `=` and `:`, and calls the function that is registered for vaultbox. */
const bashProbe = shellText`
COMP_LINE=$1 COMP_POINT=$\{#1} COMP_TYPE=9 COMP_KEY=9 COMP_WORDS=() options=
compopt() { [[ $1 == -o ]] && options=$2; }
rest=$1
while [[ -n $rest ]]; do
  if [[ $rest =~ ^[[:space:]]+ ]]; then :
  elif [[ $rest =~ ^[=:]+ || $rest =~ ^[^[:space:]=:]+ ]]; then COMP_WORDS+=("$\{BASH_REMATCH[0]}")
  fi
  rest=$\{rest:$\{#BASH_REMATCH[0]}}
done
[[ $1 == *[[:space:]] ]] && COMP_WORDS+=("")
COMP_CWORD=$(($\{#COMP_WORDS[@]} - 1))
_vaultbox vaultbox "$\{COMP_WORDS[COMP_CWORD]}" "$\{COMP_WORDS[COMP_CWORD-1]}"
(( $\{#COMPREPLY[@]} )) && printf '%s\n' "$\{COMPREPLY[@]}"
word=$\{COMP_WORDS[COMP_CWORD]}; [[ $word == = ]] && word=
[[ $options == default ]] && compgen -f -- "$word"
[[ $options == dirnames || $options == filenames ]] && compgen -d -- "$word"
:`;

/** A zsh with a terminal of its own, where a key prints what the completion would add. */
const zshProbe = shellText`
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PROMPT= RPROMPT=; unset zle_bracketed_paste; autoload -Uz compinit; compinit -u -D; source <(LOAD)
compadd() { if [[ $\{@[1,-1]} == *-[OAD]* ]]; then builtin compadd "$@"; return; fi
  local -a found; builtin compadd -O found "$@"; print -rl -- "$\{found[@]/#/GOT:}"; builtin compadd "$@" }
zle -C all complete-word _main_complete
probe-words() { print BEGIN; zle all; print E""ND; zle send-break }; zle -N probe-words; bindkey "^X^P" probe-words'
zpty -w shell 'print RE''ADY'
while zpty -r shell answer && [[ $answer != *READY* ]]; do :; done
zpty -w -n shell "$1"$'\x18\x10'
while zpty -r shell answer; do
  answer=$\{answer%%$'\r'*}
  answer=$\{answer%$'\n'}
  [[ $answer == *GOT:?* ]] && print -r -- $\{answer##*GOT:}
  [[ $answer == *END* ]] && break
done
zpty -d shell`;
