# elvish completion for vrun, which is asked what completes the line. It answers with what elvish adds, and the values.
use str

fn vrun-files {|prefix word keep~|
    edit:complete-filename (str:trim-prefix $word $prefix) | each {|file|
        if (keep $file[stem]) {
            edit:complex-candidate $prefix$file[stem] &code-suffix=$file[code-suffix]
        }
    }
}

fn vrun-complete {|@words|
    var lines = []
    try {
        set lines = [((external $words[0]) --complete elvish (all $words[1..]) 2>/dev/null | from-lines)]
    } catch _ { }
    if (eq $lines []) { return }
    var part rest = (str:split "\t" $lines[0])
    if (eq $part command) {
        edit:complete-sudo sudo (all $words[(- (count $words) $rest)..])
        return
    }
    for line $lines[1..] {
        var value description = (str:split "\t" $line)
        if (eq $description '') {
            put $value
        } else {
            edit:complex-candidate $value &display=$value' ('$description')'
        }
    }
    if (eq $part files) {
        vrun-files $rest $words[-1] {|file| put $true }
    } elif (eq $part directories) {
        vrun-files $rest $words[-1] {|file| str:has-suffix $file '/' }
    } elif (eq $part python-files) {
        vrun-files '' $words[-1] {|file| or (str:has-suffix $file .py) (str:has-suffix $file '/') }
    }
}
set edit:completion:arg-completer[vrun] = $vrun-complete~
