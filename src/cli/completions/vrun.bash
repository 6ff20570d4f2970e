
# Where vrun's own part of the line ends: `at` is the place of the program, which may be where the cursor is; past it,
# the cursor is at the value of `option`.
__vrun_part() {
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
                # bash takes `--env=PATH` apart.
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

# vrun's own part, put together again where bash took `--env=PATH` apart, and asked for its programs.
__vrun_ask() {
    local word before='' own=()
    for word in "${COMP_WORDS[@]:1:at-1}"; do
        if [[ $word == = || $before == = ]]; then
            own[${#own[@]} - 1]+=$word
        else
            own+=("${word/#~\//$HOME/}")
        fi
        before=$word
    done
    "${1/#~\//$HOME/}" --programs "${own[@]}" 2>/dev/null
}

# The environment's programs, then those on PATH, then files that Python runs.
__vrun_programs() {
    local cur=$2 name known
    COMPREPLY=()
    while IFS= read -r name; do
        [[ $name != "$cur"* ]] || COMPREPLY+=("$name")
    done < <(__vrun_ask "$1")
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
    __vrun_part
    if (( at > COMP_CWORD )); then
        _vrun "$1" "${cur#=}" "$option"
    elif [[ $ended == argument ]]; then
        COMPREPLY=()
    elif (( at < COMP_CWORD )); then
        COMPREPLY=()
        # The program's own completion, by bash-completion 2.12, or an older one.
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
