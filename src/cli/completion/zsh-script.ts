import { shellText } from "./shell-text.ts";

/** Works as a file `_vaultbox` in a folder of `fpath`, and when it is read by `source`. */
export const zshScript = shellText`#compdef vaultbox
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
