/** What stands before the cursor is never handed to `complete -C`, which would ask another program's completion. */
export const fishScript = String.raw`# fish completion for vaultbox; made by: vaultbox completion fish
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
