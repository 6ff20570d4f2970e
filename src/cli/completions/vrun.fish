# Prints the line before the cursor without vrun's options: the program and its arguments. Succeeds if there is one.
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
                    # A file, module or line: complete its arguments to files.
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

function __vrun_in_options
    not __vrun_rest >/dev/null
end

function __vrun_programs
    set -l words (commandline -opc)
    if contains -- --help $words
        string join \n -- @TOPICS@
        return
    end
    $words[1] --programs (string replace -r '^~/' "$HOME/" -- $words[2..]) 2>/dev/null | string replace -r '$' \tenvironment
    __fish_complete_command
    __fish_complete_suffix .py
end

# Completes the program and its arguments as a line of their own.
function __vrun_arguments
    complete -C (string join ' ' -- (string escape -- (__vrun_rest)) (commandline -ct))
end

complete -c vrun -n __vrun_in_options -f -k -a '(__vrun_programs)'
complete -c vrun -n 'not __vrun_in_options' -f -a '(__vrun_arguments)'
