# bash completion for vrun, which is asked what completes the line. It answers with what bash adds, and the values.

# The words up to the cursor, with those joined that bash split at `=`. `starts` holds their places in COMP_WORDS.
__vrun_words() {
    local at word before=''
    for ((at = 1; at <= COMP_CWORD; at++)); do
        word=${COMP_WORDS[at]}
        if [[ ${#words[@]} -gt 0 && ($word == = || $before == =) ]]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
            starts+=("$at")
        fi
        before=$word
        ((at == COMP_CWORD)) || words[${#words[@]} - 1]=${words[${#words[@]} - 1]/#~\//$HOME/}
    done
}

# The completion of the program at that place, by bash-completion, 2.12 or older.
__vrun_command() {
    if declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset "$1"
    elif declare -F _command_offset >/dev/null; then
        _command_offset "$1"
    fi
}

__vrun_option() {
    [[ ${BASH_VERSINFO[0]} -lt 4 ]] || compopt "$@"
}

# Splits at line ends alone: `read` would take a system call for each byte.
__vrun_complete() {
    local IFS=$'\n' words=() starts=() lines part rest cut cur=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    __vrun_words
    cur=${cur#=}
    # What bash takes for the word is what follows the last `=`.
    cut=${words[${#words[@]} - 1]}
    cut=${cut%"$cur"}
    lines=$("${1/#~\//$HOME/}" --complete bash "${words[@]}" 2>/dev/null)$'\n'
    part=${lines%%$'\n'*}
    rest=${part#*$'\t'}
    part=${part%%$'\t'*}
    lines=${lines#*$'\n'}
    case $part in
    command)
        unset IFS
        __vrun_command "${starts[${#starts[@]} - rest]}"
        return
        ;;
    nothing) __vrun_option +o bashdefault +o default ;;
    directories) lines+=$'\n'$(compgen -d -- "$cur") ;;
    python-files) lines+=$'\n'$(compgen -f -X '!*.py' -- "$cur"; compgen -d -- "$cur") ;;
    esac
    # shellcheck disable=SC2206
    case $- in
    *f*) COMPREPLY=($lines) ;;
    *)
        set -f
        COMPREPLY=($lines)
        set +f
        ;;
    esac
    COMPREPLY=("${COMPREPLY[@]#"$cut"}")
    # A package that holds modules, and is none that runs; a directory.
    [[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]-} != *[./] ]] || __vrun_option -o nospace
    # bash quotes what it takes for a file.
    __vrun_option -o filenames
}

if [[ ${BASH_VERSINFO[0]} -gt 4 || ${BASH_VERSINFO[0]} -eq 4 && ${BASH_VERSINFO[1]} -ge 4 ]]; then
    complete -F __vrun_complete -o nosort -o bashdefault -o default vrun
else
    complete -F __vrun_complete -o bashdefault -o default vrun
fi
