# Takes vrun's own part off the line before the cursor, and prints what is left: the program and its arguments. Ends
# with 0 where there is a program.
function __vrun_rest
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case --
                set -e words[1]
                break
            case '--*'
                contains -- $words[1] @LONGS@; and set -e words[1]
            case '-?*'
                set -l valued (string match -r -- '[@LETTERS@].*$' $words[1])
                test (string length -- "$valued") -eq 1; and set -e words[1]
                if string match -qr -- '^[@LAST@]' "$valued"
                    # A file, a module: its arguments are files, as far as is known.
                    set -q words[1]; and set words[1] __vrun_argument
                    break
                end
            case '*'
                break
        end
        set -q words[1]; and set -e words[1]
    end
    string join \n -- $words
    set -q words[1]
end

function __vrun_is_own
    not __vrun_rest >/dev/null
end

function __vrun_programs
    set -l words (commandline -opc)
    $words[1] --programs (string replace -r '^~/' "$HOME/" -- $words[2..]) 2>/dev/null | string replace -r '$' \tenvironment
    __fish_complete_command
    __fish_complete_suffix .py
end

# As if the program stood alone on the line.
function __vrun_arguments
    complete -C (string join ' ' -- (string escape -- (__vrun_rest)) (commandline -ct))
end

complete -c vrun -n __vrun_is_own -f -k -a '(__vrun_programs)'
complete -c vrun -n 'not __vrun_is_own' -f -a '(__vrun_arguments)'
