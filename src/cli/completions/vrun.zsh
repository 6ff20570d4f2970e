# After vrun's options: the program, the environment's first, then the program's own completion.
_vrun_program() {
    if [[ $words[1] == -- ]]; then
        shift words
        (( CURRENT -= 1 ))
    fi
    if [[ " ${vrun_line[2,$#vrun_line-$#words]} " == *' --help '* ]]; then
        compadd -- @TOPICS@
        return
    fi
    (( CURRENT == 1 )) || { _normal -p vrun; return }
    local ret=1 expl
    local -a vrun_args=("${(@Q)vrun_line[2,$#vrun_line-$#words]}") names
    vrun_args=("${(@)vrun_args/#\~\//$HOME/}")
    names=(${(f)"$(${(Q)~vrun_line[1]} --programs "${vrun_args[@]}" 2>/dev/null)"})
    _wanted -V environment expl 'program of the environment' compadd -a names && ret=0
    _wanted -V commands expl 'program' _command_names -e && ret=0
    _wanted -V files expl 'file for Python' _files -g '*.(py|pyw)' && ret=0
    return ret
}

