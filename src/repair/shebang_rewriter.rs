//! A console script that names another Python -> the same script, naming the one it is to run with.
//!
//! Only how it is started changes; its flags stay, and a coding line stays where Python looks for one (PEP 263).

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::program::ScriptPython;
use crate::wheel::{quote_shebang_path, shebang_lines};

/// The script's text with `python` in the place of `interpreter`. None where its form is none that can be
/// rewritten; vrun runs it all the same.
pub(super) fn rewrite_shebang(
    text: &[u8],
    interpreter: &ScriptPython,
    python: &Path,
) -> Option<Vec<u8>> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let (first, rest) = lines.split_first()?;
    let first = first.strip_prefix(b"#!")?.trim_ascii();
    let path = interpreter.path.as_os_str().as_encoded_bytes();
    if first.starts_with(path) {
        return rewrite_first_line(rest, &interpreter.flags, python);
    }
    let (at, prefix) = lines.iter().enumerate().find_map(|(at, line)| {
        let prefix = EXEC_PREFIXES
            .iter()
            .find(|prefix| line.starts_with(prefix))?;
        Some((at, *prefix))
    })?;
    let line = lines[at];
    let end = line.windows(4).rposition(|part| part == b"\"$0\"")?;
    let in_quotes = |word: &OsStr| quote_shebang_path(word.as_encoded_bytes());
    // Where the words are strings of Python's own, flags are no less.
    let flag = |flag: &OsString| match prefix {
        STRING_EXEC_PREFIX => in_quotes(flag),
        _ => flag.as_encoded_bytes().to_vec(),
    };
    let flags = interpreter
        .flags
        .iter()
        .flat_map(|word| [b" ", &flag(word)[..]].concat());
    let command = [
        prefix,
        &in_quotes(python.as_os_str()),
        &flags.collect::<Vec<u8>>(),
        b" ",
        &line[end..],
    ]
    .concat();
    Some([lines[..at].concat(), command, lines[at + 1..].concat()].concat())
}

/// What stands before the interpreter in a line that sh and Python both read.
const EXEC_PREFIXES: [&[u8]; 3] = [b"'''exec' ", STRING_EXEC_PREFIX, b"''''exec "];

/// Every word is a string of Python's.
const STRING_EXEC_PREFIX: &[u8] = b"\"exec\" ";

fn rewrite_first_line(
    rest: &[&[u8]],
    flags: &[impl AsRef<OsStr>],
    python: &Path,
) -> Option<Vec<u8>> {
    let start = shebang_lines(python.as_os_str(), flags);
    let lines: Vec<&[u8]> = start.split_inclusive(|byte| *byte == b'\n').collect();
    let (first, more) = lines.split_first()?;
    if !more.is_empty() && has_docstring(rest) {
        return Some(insert_before_docstring(first, more, rest));
    }
    // Python looks for a coding in the first two lines; for sh it is a comment.
    let (coding, body) = match rest.split_first() {
        Some((second, body)) if is_coding_line(second) && !more.is_empty() => (*second, body),
        _ => (&b""[..], rest),
    };
    Some([first, coding, &more.concat()[..], &body.concat()].concat())
}

/// Whether the first statement is a string: `__doc__`, after which `from __future__` may still stand. With another
/// string before it, it would be neither.
fn has_docstring(lines: &[&[u8]]) -> bool {
    let first = lines.get(count_comment_lines(lines));
    first.is_some_and(|line| {
        let line = line.strip_prefix(b"r").unwrap_or(line);
        line.starts_with(b"\"") || line.starts_with(b"'")
    })
}

/// How many lines at the beginning hold nothing but comments, which they are for sh and Python both.
fn count_comment_lines(lines: &[&[u8]]) -> usize {
    let is_comment = |line: &&&[u8]| line.starts_with(b"#") || line.trim_ascii().is_empty();
    lines.iter().take_while(is_comment).count()
}

/// The lines that sh needs right before that string, and going on into it: Python takes strings side by side
/// for one.
fn insert_before_docstring(first: &[u8], more: &[&[u8]], rest: &[&[u8]]) -> Vec<u8> {
    let (comments, body) = rest.split_at(count_comment_lines(rest));
    let lines = more.concat();
    let lines = lines.strip_suffix(b"\n").unwrap_or(&lines);
    [first, &comments.concat(), lines, b"\\\n", &body.concat()].concat()
}

/// Whether a line declares the source's encoding (PEP 263).
fn is_coding_line(line: &[u8]) -> bool {
    let declares = |word: &[u8]| line.windows(word.len()).any(|part| part == word);
    line.trim_ascii_start().starts_with(b"#") && (declares(b"coding:") || declares(b"coding="))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::ScriptInterpreter;
    use crate::program::script_interpreter::detect_interpreter;

    #[track_caller]
    fn check(before: &str, python: &str, after: &str) {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("script");
        std::fs::write(&file, before).expect("a file");
        let Ok(ScriptInterpreter::Python(interpreter)) = detect_interpreter(&file) else {
            panic!("{before} starts no Python");
        };
        let text =
            rewrite_shebang(before.as_bytes(), &interpreter, Path::new(python)).expect("a script");
        assert_eq!(String::from_utf8_lossy(&text), after);
    }

    #[test]
    fn a_first_line_names_the_other_python_with_its_flags() {
        for (before, after) in [
            (
                "#!/old/bin/python\nimport a\n",
                "#!/new/bin/python\nimport a\n",
            ),
            (
                "#!/old/bin/python3 -sE\n# coding: latin-1\nx\n",
                "#!/new/bin/python -sE\n# coding: latin-1\nx\n",
            ),
            (
                "\u{feff}#!/old/bin/python\r\nimport a\r\n",
                "#!/new/bin/python\nimport a\r\n",
            ),
            (
                "#!/my old/bin/python\nimport a\n",
                "#!/new/bin/python\nimport a\n",
            ),
        ] {
            check(before, "/new/bin/python", after);
        }
    }

    #[test]
    fn a_path_that_is_no_first_line_is_started_by_sh_and_the_coding_stays_where_it_counts() {
        check(
            "#!/old/bin/python -E\n# coding: latin-1\nimport a\n",
            "/my new/bin/python",
            "#!/bin/sh\n# coding: latin-1\n'''exec' \"/my new/bin/python\" -E \"$0\" \"$@\"\n' '''\nimport a\n",
        );
    }

    #[test]
    fn a_docstring_stays_one_where_sh_has_to_start_the_script() {
        check(
            "#!/old/bin/python\n# coding: latin-1\n\n'''About.'''\nfrom __future__ import annotations\n",
            "/my new/bin/python",
            "#!/bin/sh\n# coding: latin-1\n\n'''exec' \"/my new/bin/python\" \"$0\" \"$@\"\n' '''\\\n'''About.'''\nfrom __future__ import annotations\n",
        );
    }

    #[test]
    fn a_line_for_sh_and_python_stays_one() {
        for (before, after) in [
            (
                "#!/bin/sh\n'''exec' \"/my old/bin/python\" \"$0\" \"$@\"\n' '''\nimport a\n",
                "#!/bin/sh\n'''exec' \"/new/bin/python\" \"$0\" \"$@\"\n' '''\nimport a\n",
            ),
            (
                "#!/bin/sh\n'''exec' '/old/bin/python' -E \"$0\" \"$@\" #'''\nimport a\n",
                "#!/bin/sh\n'''exec' \"/new/bin/python\" -E \"$0\" \"$@\" #'''\nimport a\n",
            ),
            (
                "#!/bin/sh\n\"exec\" \"/old/bin/python\" \"-E\" \"$0\" \"$@\"\nimport a\n",
                "#!/bin/sh\n\"exec\" \"/new/bin/python\" \"-E\" \"$0\" \"$@\"\nimport a\n",
            ),
        ] {
            check(before, "/new/bin/python", after);
        }
    }
}
