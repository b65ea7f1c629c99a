import { shellText } from "./shell-text.ts";

/**
 * Works with and without the package bash-completion. No word is ever
 * evaluated: `compgen -W`, which would, isn't used. Bash splits a word at `=` and `:`; the parts are joined again by the
 * space before each, and what is proposed is cut to the part at the cursor.
 */
export const bashScript = shellText`# bash completion for vaultbox; made by: vaultbox completion bash
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
