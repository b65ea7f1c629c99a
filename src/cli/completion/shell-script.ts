/** The text of a shell script as it stands between the backticks, where `$\{` is what a shell reads as `${`. */
export function shellText(text: TemplateStringsArray): string {
  return String.raw(text).replaceAll("$\\{", "${");
}

export type Shell = "bash" | "zsh" | "fish";

export const shells: readonly Shell[] = ["bash", "zsh", "fish"];

/** The text that a shell reads to complete `vaultbox`. */
export function toShellScript(shell: Shell): string {
  switch (shell) {
    case "bash":
      return bashScript;
    case "zsh":
      return zshScript;
    case "fish":
      return fishScript;
  }
}

/**
 * Works with and without the package bash-completion. No word is ever
 * evaluated: `compgen -W`, which would, isn't used. Bash splits a word at `=` and `:`; the parts are joined again by the
 * space before each, and what is proposed is cut to the part at the cursor.
 */
const bashScript = shellText`# bash completion for vaultbox; made by: vaultbox completion bash
_vaultbox() {
  local rest=$COMP_LINE gap word line kind joined words=() i last
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=$\{COMP_WORDS[i]}
    gap=$\{rest%%[![:space:]]*}
    rest=$\{rest#"$gap"}
    rest=$\{rest#"$word"}
    if ((i > 0)) && [[ -z $gap ]]; then
      last=$(($\{#words[@]} - 1))
      words[last]=$\{words[last]}$word
    else
      words+=("$word")
    fi
  done
  joined=$\{words[$\{#words[@]} - 1]}
  word=$\{COMP_WORDS[COMP_CWORD]}
  [[ $word == [=:] ]] && word=
  local cut=$\{joined%"$word"} lines=()
  while IFS= read -r line; do lines+=("$line"); done < <(
    command vaultbox complete-words -- "$\{words[@]:1}" 2>/dev/null </dev/null
  )
  kind=$\{lines[0]-}
  COMPREPLY=()
  case $kind in
    words)
      for line in "$\{lines[@]:1}"; do
        line=$\{line%% *}
        COMPREPLY+=("$\{line#"$cut"}")
      done
      ;;
    files) compopt -o default 2>/dev/null ;;
    folders) compopt -o dirnames -o filenames 2>/dev/null ;;
    programs)
      if [[ $word == */* ]]; then
        compopt -o default 2>/dev/null
      else
        while IFS= read -r line; do
          [[ $line == *[!A-Za-z0-9_.+-]* ]] || COMPREPLY+=("$line")
        done < <(compgen -c -- "$word")
      fi
      ;;
  esac
}
if type compopt >/dev/null 2>&1; then
  complete -F _vaultbox vaultbox
else
  complete -o default -F _vaultbox vaultbox
fi
`;

/** Works as a file `_vaultbox` in a folder of `fpath`, and when it is read by `source`. */
const zshScript = shellText`#compdef vaultbox
# zsh completion for vaultbox; made by: vaultbox completion zsh
_vaultbox() {
  local -a lines values shown
  local line
  lines=("$\{(@f)$(command vaultbox complete-words -- "$\{(@)words[2,CURRENT]}" 2>/dev/null </dev/null)}")
  case $lines[1] in
    words)
      for line in "$\{(@)lines[2,-1]}"; do
        values+=("$\{line%% *}")
        shown+=("$line")
      done
      compadd -l -d shown -a values
      ;;
    files)
      [[ $PREFIX == --*=* ]] && compset -P '*='
      _files
      ;;
    folders)
      [[ $PREFIX == --*=* ]] && compset -P '*='
      _files -/
      ;;
    programs)
      _command_names -e
      ;;
  esac
}
if [[ $funcstack[1] == _vaultbox ]]; then
  _vaultbox "$@"
else
  compdef _vaultbox vaultbox
fi
`;

/** What stands before the cursor is never handed to `complete -C`, which would ask another program's completion. */
const fishScript = String.raw`# fish completion for vaultbox; made by: vaultbox completion fish
function __vaultbox_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines (command vaultbox complete-words -- $words[2..-1] "$current" 2>/dev/null </dev/null)
    switch "$lines[1]"
        case words
            for line in $lines[2..-1]
                string replace -r '  ' \t -- $line
            end
        case files folders
            set -l flag (string match -r -- '^--[^=]+=' "$current")
            set -l value (string replace -r -- '^--[^=]+=' '' "$current")
            for path in (__vaultbox_paths $lines[1] "$value")
                echo -- "$flag$path"
            end
        case programs
            complete -C "$current"
    end
end

function __vaultbox_paths
    if test $argv[1] = folders
        __fish_complete_directories "$argv[2]" ''
    else
        __fish_complete_path "$argv[2]" ''
    end
end

complete -c vaultbox -f -a '(__vaultbox_complete)'
`;
