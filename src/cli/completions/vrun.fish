# fish completion for vrun, which is asked what completes the line. It answers with what fish adds, and the values.

function __vrun_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l before (string replace -r '^~/' "$HOME/" -- $words)
    set -l reply ($before[1] --complete fish $before[2..] "$current" 2>/dev/null)
    set -l head (string split \t -- $reply[1])
    set -e reply[1]
    string join \n -- $reply
    switch "$head[1]"
        case command
            set -l at (math (count $words) - $head[2] + 2)
            complete -C (string join ' ' -- (string escape -- $words[$at..]) "$current")
        case files directories
            # fish knows files by the whole word alone.
            set -l start (string length -- "$head[2]")
            set -l files (complete -C "__vrun_files "(string sub -s (math $start + 1) -- "$current"))
            test $head[1] = files; or set files (string match -r -- '^[^\t]*/(?:\t.*)?$' $files)
            test -z "$files"; or printf '%s\n' "$head[2]"$files
        case python-files
            __fish_complete_suffix .py
    end
end

complete -c vrun -f -k -a '(__vrun_complete)'
