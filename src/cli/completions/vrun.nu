# Nushell completion for vrun, from Nushell 0.108 on. vrun is asked what completes the line; it answers with what
# Nushell adds, and the values.

def "vrun-complete unquote" []: string -> string {
    $in | str trim --char "'" | str trim --char '"' | str trim --char '`' | str replace --regex '^~/' $"($env.HOME)/"
}

# Files and directories that begin so, as Nushell writes them.
def "vrun-complete files" [word: string]: nothing -> table {
    try { ls --all ($"($word)*" | into glob) } catch { [] }
    | insert value {|entry| if $entry.type == dir { $entry.name + "/" } else { $entry.name } }
    | select value
}

# null: Nushell completes to files.
def "vrun-complete" [spans: list<string>] {
    let words = $spans | skip 1 | each { vrun-complete unquote }
    let lines = ^$spans.0 --complete nushell ...$words | complete | get stdout | lines
    let part = $lines | get 0? | default "nothing\t" | split row "\t"
    let values = $lines | skip 1 | split column "\t" value description
    match $part.0 {
        "command" => {
            let completer = $env.config.completions.external.completer?
            if $completer == null { null } else { do $completer ($spans | last ($part.1 | into int)) }
        }
        "directories" => ($values | append (vrun-complete files ($words | last) | where value =~ '/$'))
        "python-files" => ($values | append (vrun-complete files ($words | last) | where value =~ '(/|\.pyw?)$'))
        "files" if ($values | is-empty) => null
        _ => $values
    }
}

@complete "vrun-complete"
extern vrun []
