
# Finds the end of vrun's options: `at` is the index of the program, which may be at the cursor; if `at` is past the
# cursor, the cursor is at the value of `option`.
__vrun_split() {
    local word rest
    at=1 option='' ended=''
    while (( at < COMP_CWORD )); do
        word=${COMP_WORDS[at]}
        case $word in
        --)
            (( at += 1 ))
            ended=yes
            return
            ;;
        --*)
            if [[ ' @LONGS@ ' == *" $word "* ]]; then
                option=$word
                # bash splits `--env=PATH`.
                [[ ${COMP_WORDS[at + 1]} != = ]] || (( at += 1 ))
                (( at += 1 ))
            fi
            ;;
        -?*)
            rest=${word#-}
            rest=${rest#"${rest%%[@LETTERS@]*}"}
            if [[ ${#rest} == 1 ]]; then
                option=-$rest
                (( at += 1 ))
            fi
            if (( at < COMP_CWORD )) && [[ -n $rest && '@LAST@' == *"${rest:0:1}"* ]]; then
                (( at += 1 ))
                ended=argument
                return
            fi
            ;;
        *) return ;;
        esac
        (( at += 1 ))
    done
}

# Joins the words of vrun's options that bash split at `=`, and lists the environment's programs.
__vrun_list() {
    local word before='' vrun_args=()
    for word in "${COMP_WORDS[@]:1:at-1}"; do
        if [[ $word == = || $before == = ]]; then
            vrun_args[${#vrun_args[@]} - 1]+=$word
        else
            vrun_args+=("${word/#~\//$HOME/}")
        fi
        before=$word
    done
    "${1/#~\//$HOME/}" --programs "${vrun_args[@]}" 2>/dev/null
}

# The environment's programs, then those on PATH, then files that Python runs.
__vrun_programs() {
    local cur=$2 name known
    COMPREPLY=()
    while IFS= read -r name; do
        [[ $name != "$cur"* ]] || COMPREPLY+=("$name")
    done < <(__vrun_list "$1")
    known=" ${COMPREPLY[*]} "
    while IFS= read -r name; do
        [[ $known == *" $name "* ]] || ! type -P -- "$name" >/dev/null || COMPREPLY+=("$name")
    done < <(compgen -c -- "$cur" | sort -u)
    while IFS= read -r name; do
        COMPREPLY+=("$name")
    done < <(compgen -f -X '!*.py' -- "$cur"; compgen -d -- "$cur")
    [[ ${BASH_VERSINFO[0]} -lt 4 ]] || compopt -o filenames
}

__vrun_complete() {
    local at option ended cur=${COMP_WORDS[COMP_CWORD]}
    __vrun_split
    if (( at > COMP_CWORD )); then
        _vrun "$1" "${cur#=}" "$option"
    elif [[ $ended == argument ]]; then
        COMPREPLY=()
    elif [[ " ${COMP_WORDS[*]:1:at-1} " == *' --help '* ]]; then
        COMPREPLY=($(compgen -W '@TOPICS@' -- "$cur"))
    elif (( at < COMP_CWORD )); then
        COMPREPLY=()
        # The program's completion, by bash-completion 2.12 or older.
        if declare -F _comp_command_offset >/dev/null; then
            _comp_command_offset "$at"
        elif declare -F _command_offset >/dev/null; then
            _command_offset "$at"
        fi
    elif [[ $cur == -* && -z $ended ]]; then
        _vrun "$1" "$cur" ''
    else
        __vrun_programs "$1" "$cur"
    fi
}

if [[ ${BASH_VERSINFO[0]} -gt 4 || ${BASH_VERSINFO[0]} -eq 4 && ${BASH_VERSINFO[1]} -ge 4 ]]; then
    complete -F __vrun_complete -o nosort -o bashdefault -o default vrun
else
    complete -F __vrun_complete -o bashdefault -o default vrun
fi
