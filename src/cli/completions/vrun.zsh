# What follows vrun's own part of the line: the program, of which those of the environment come first, then its own
# completion.
_vrun_program() {
    if [[ $words[1] == -- ]]; then
        shift words
        (( CURRENT -= 1 ))
    fi
    (( CURRENT == 1 )) || { _normal -p vrun; return }
    local ret=1 expl
    local -a own=("${(@Q)vrun_line[2,$#vrun_line-$#words]}") names
    own=("${(@)own/#\~\//$HOME/}")
    names=(${(f)"$(${(Q)~vrun_line[1]} --programs "${own[@]}" 2>/dev/null)"})
    _wanted -V environment expl 'program of the environment' compadd -a names && ret=0
    _wanted -V commands expl 'program' _command_names -e && ret=0
    _wanted -V files expl 'file for Python' _files -g '*.(py|pyw)' && ret=0
    return ret
}

