#compdef vrun

# zsh completion for vrun, which is asked what completes the line. It answers with what zsh adds, and the values.

_vrun() {
    local -a before=("${(@Q)words[2,CURRENT-1]}") lines options values unfinished head
    before=("${(@)before/#\~\//$HOME/}")
    lines=("${(@f)$(${(Q)~words[1]} --complete zsh "${before[@]}" "${(Q)PREFIX}" 2>/dev/null)}")
    head=("${(@ps.\t.)lines[1]}")
    shift lines
    if [[ $head[1] == command ]]; then
        shift $(( CURRENT - head[2] )) words
        CURRENT=$head[2]
        _normal -p vrun
        return
    fi
    [[ -z $head[2] ]] || compset -P "${(b)head[2]}"
    local ret=1 expl line value
    for line in "${lines[@]}"; do
        value=${${line%%$'\t'*}#"$head[2]"}
        case $value in
        -*) options+=("${value//:/\\:}:${line#*$'\t'}") ;;
        # A package that holds modules, and is none that runs; a directory.
        *[./]) unfinished+=("$value") ;;
        ?*) values+=("$value") ;;
        esac
    done
    _describe -t options 'option' options && ret=0
    _wanted -V values expl 'value' compadd -a values && ret=0
    _wanted -V values expl 'value' compadd -S '' -a unfinished && ret=0
    case $head[1] in
    files) _files && ret=0 ;;
    directories) _directories && ret=0 ;;
    python-files) _wanted -V files expl 'file for Python' _files -g '*.(py|pyw)' && ret=0 ;;
    esac
    return ret
}

if [[ $funcstack[1] == _vrun ]]; then
    _vrun "$@"
else
    compdef _vrun vrun
fi
