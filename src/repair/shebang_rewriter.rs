//! A console script of another Python -> the same script for this one.
//!
//! Only the shebang changes: its flags stay, and a coding line stays where Python looks for one (PEP 263).

use std::ffi::OsStr;
use std::path::Path;

use crate::program::ScriptPython;
use crate::wheel::{quote_shebang_path, shebang_lines};

/// The script's text with `python` for `interpreter`; None if its form is unknown. vrun runs it all the same.
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
    let mut command = [prefix, &in_quotes(python.as_os_str()), b" "].concat();
    for flag in &interpreter.flags {
        // Each word must be a Python string too.
        match prefix {
            STRING_EXEC_PREFIX => command.extend(in_quotes(flag)),
            _ => command.extend(flag.as_encoded_bytes()),
        }
        command.push(b' ');
    }
    command.extend(&line[end..]);
    Some([lines[..at].concat(), command, lines[at + 1..].concat()].concat())
}

/// The text of a script that a launcher of Windows reads the first line of (setuptools), with `python` for `interpreter`.
pub(super) fn rewrite_launched_script(
    text: &[u8],
    interpreter: &ScriptPython,
    python: &Path,
) -> Option<Vec<u8>> {
    let path = interpreter.path.as_os_str().as_encoded_bytes();
    let rest = text.strip_prefix(b"#!")?.trim_ascii_start();
    let rest = rest.strip_prefix(path)?;
    let python = python.as_os_str().as_encoded_bytes();
    let quote: &[u8] = if python.contains(&b' ') { b"\"" } else { b"" };
    Some([b"#!", quote, python, quote, rest].concat())
}

/// What precedes the interpreter in a line that is valid in sh and Python.
const EXEC_PREFIXES: [&[u8]; 3] = [b"'''exec' ", STRING_EXEC_PREFIX, b"''''exec "];

/// The form in which every word is a string in Python.
const STRING_EXEC_PREFIX: &[u8] = b"\"exec\" ";

fn rewrite_first_line(
    rest: &[&[u8]],
    flags: &[impl AsRef<OsStr>],
    python: &Path,
) -> Option<Vec<u8>> {
    let shebang = shebang_lines(python.as_os_str(), flags);
    let lines: Vec<&[u8]> = shebang.split_inclusive(|byte| *byte == b'\n').collect();
    let (first, more) = lines.split_first()?;
    if !more.is_empty() && has_docstring(rest) {
        return Some(insert_before_docstring(first, more, rest));
    }
    // Python looks for a coding in the first two lines; to sh it is a comment.
    let (coding, body) = match rest.split_first() {
        Some((second, body)) if is_coding_line(second) && !more.is_empty() => (*second, body),
        _ => (&b""[..], rest),
    };
    Some([first, coding, &more.concat()[..], &body.concat()].concat())
}

/// Whether the first statement is a docstring, which `from __future__` may follow. After another string it would not be one.
fn has_docstring(lines: &[&[u8]]) -> bool {
    let first = lines.get(count_comment_lines(lines));
    first.is_some_and(|line| {
        let line = line.strip_prefix(b"r").unwrap_or(line);
        line.starts_with(b"\"") || line.starts_with(b"'")
    })
}

/// The number of comment and blank lines at the start.
fn count_comment_lines(lines: &[&[u8]]) -> usize {
    let is_comment = |line: &&&[u8]| line.starts_with(b"#") || line.trim_ascii().is_empty();
    lines.iter().take_while(is_comment).count()
}

/// Puts the lines for sh right before the docstring and joins them to it: Python concatenates adjacent strings.
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
    use crate::fuzz::fuzz;
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
    fn flags_and_coding_lines_are_kept() {
        for (before, after) in [
            ("#!/old/bin/python\na\n", "#!/new/bin/python\na\n"),
            (
                "#!/old/bin/python3 -sE\n# coding: latin-1\nx\n",
                "#!/new/bin/python -sE\n# coding: latin-1\nx\n",
            ),
            (
                "\u{feff}#!/old/bin/python\r\na\r\n",
                "#!/new/bin/python\na\r\n",
            ),
            ("#!/my old/bin/python\na\n", "#!/new/bin/python\na\n"),
        ] {
            check(before, "/new/bin/python", after);
        }
    }

    #[test]
    fn a_path_with_spaces_is_started_by_sh() {
        check(
            "#!/old/bin/python -E\n# coding: latin-1\nimport a\n",
            "/my new/bin/python",
            "#!/bin/sh\n# coding: latin-1\n'''exec' \"/my new/bin/python\" -E \"$0\" \"$@\"\n' '''\nimport a\n",
        );
    }

    #[test]
    fn a_docstring_stays_one_after_a_line_for_sh() {
        check(
            "#!/old/bin/python\n# coding: latin-1\n\n'''About.'''\nfrom __future__ import annotations\n",
            "/my new/bin/python",
            "#!/bin/sh\n# coding: latin-1\n\n'''exec' \"/my new/bin/python\" \"$0\" \"$@\"\n' '''\\\n'''About.'''\nfrom __future__ import annotations\n",
        );
    }

    #[test]
    fn a_line_for_sh_and_python_is_rewritten() {
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

    #[test]
    fn a_script_of_setuptools_launcher_names_a_path_in_quotes() {
        let interpreter = ScriptPython {
            path: r"C:\old\python.exe".into(),
            flags: Vec::new(),
            is_valid: true,
        };
        let rewrite = |text: &str, python: &str| {
            rewrite_launched_script(text.as_bytes(), &interpreter, Path::new(python))
        };
        let text = "#!C:\\old\\python.exe -E\r\nx\n";
        let new = rewrite(text, r"C:\a b\python.exe").expect("a script");
        assert_eq!(new, b"#!\"C:\\a b\\python.exe\" -E\r\nx\n");
        assert_eq!(rewrite("#!C:\\x\\python.exe\n", r"C:\python.exe"), None);
    }

    #[test]
    fn any_script_is_rewritten_or_left_alone() {
        let path = "/app/.venv/bin/python";
        let interpreter = ScriptPython {
            path: path.into(),
            flags: vec!["-E".into()],
            is_valid: true,
        };
        fuzz("script_head", 3000, |bytes| {
            let _ = rewrite_shebang(bytes, &interpreter, Path::new("/a b/python"));
        });
    }
}
