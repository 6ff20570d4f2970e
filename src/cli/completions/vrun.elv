
# vrun's options end at the first word that is not one, and after the value of -s, -m or -c. The rest of the line is
# completed as a command.
use re

var vrun-options~ = $edit:completion:arg-completer[vrun]
fn vrun-complete {|@words|
    var at = 1
    var last = (- (count $words) 1)
    var is-option = (str:has-prefix $words[$last] '-')
    while (< $at $last) {
        var word = $words[$at]
        if (eq $word '--') {
            set is-option = $false
            set at = (+ $at 1)
            break
        } elif (str:has-prefix $word '--') {
            if (has-value [@LONGS@] $word) { set at = (+ $at 1) }
        } elif (and (str:has-prefix $word '-') (not-eq $word '-')) {
            var valued = [(re:find '[@LETTERS@].*$' $word)]
            if (> (count $valued) 0) {
                if (== 1 (count $valued[0][text])) { set at = (+ $at 1) }
                if (and (re:match '^[@LAST@]' $valued[0][text]) (< $at $last)) {
                    edit:complete-filename $words[$last]
                    return
                }
            }
        } else {
            break
        }
        set at = (+ $at 1)
    }
    if (> $at $last) {
        var option = $words[(- $last 1)]
        var values = [@ELVISH@]
        if (has-key $values $option) {
            all $values[$option]
        } elif (has-value [@DIRS@ -C] $option) {
            edit:complete-filename $words[$last] | each {|file|
                if (str:has-suffix $file[stem] '/') { put $file }
            }
        } else {
            edit:complete-filename $words[$last]
        }
    } elif (and (== $at $last) $is-option) {
        vrun-options vrun '-'
    } elif (has-value $words[..$at] '--help') {
        put @TOPICS@
    } elif (== $at $last) {
        var vrun-args = [(each {|word| if (not-eq $word '--') { put $word } } $words[1..$at])]
        try {
            (external $words[0]) --programs $@vrun-args | from-lines
        } catch _ { }
        edit:complete-sudo sudo $words[$last]
        put *[nomatch-ok].py
    } else {
        edit:complete-sudo sudo (all $words[$at..])
    }
}
set edit:completion:arg-completer[vrun] = $vrun-complete~
