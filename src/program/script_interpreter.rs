//! The head of a file -> which Python starts it, if one does. Nothing is run to find out. `shebang.rs` reads the line,
//! and `script_policy.rs` decides whether the script runs.
//!
//! It recognises a shebang (execve(2)); the lines that sh and Python both read, for paths that are too long or contain
//! a blank (distlib, pip, conda, uv); the shims of version managers; and the launchers of Windows.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use crate::os;
use crate::read::read_head;

use super::manager_shim::{is_mise_shim_for_python, pixi_target};
use super::python_names;
use super::shebang::{file_name, split_words};
use super::windows_launcher::{self, LauncherTarget};

/// How much of a file is read: more than the first two lines of any script.
const HEAD_SIZE: usize = 4096;

/// How much of a shebang Linux reads (BINPRM_BUF_SIZE); it ignores a longer one.
const KERNEL_LINE_LIMIT: usize = 255;

/// Editors on Windows write it before UTF-8; the kernel does not skip it.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What starts a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ScriptInterpreter {
    /// The kernel itself, a shell, another interpreter.
    Other,
    Python(ScriptPython),
    /// The first Python on PATH (`/usr/bin/env python3`), or the one beside the script, with these flags.
    RuntimeLookup(Vec<OsString>),
    /// A version manager, which chooses among its Pythons.
    ManagerShim(&'static str),
}

/// A Python that a script names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ScriptPython {
    /// As it is written there.
    pub path: PathBuf,
    /// The arguments before the script.
    pub flags: Vec<OsString>,
    /// Whether the system can start the script itself: a byte order mark, a carriage return, a blank in the path, or the
    /// length may prevent that.
    pub is_valid: bool,
}

/// Whether `file`, which need not exist, is in the scripts directory `scripts`.
pub(crate) fn is_in_scripts_dir(file: &Path, scripts: &Path) -> bool {
    let parent = file.parent();
    parent.is_some_and(|dir| dir == scripts || os::is_same_file(dir, scripts))
}

/// Reads the head of `file`.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn detect_interpreter(file: &Path) -> io::Result<ScriptInterpreter> {
    let (mut opened, head) = read_head(file, HEAD_SIZE)?;
    if windows_launcher::has_mz_magic(&head) {
        let target = windows_launcher::read_launcher(&mut opened, &head)?;
        return Ok(target.map_or(ScriptInterpreter::Other, from_launcher));
    }
    Ok(match parse_head(&head) {
        ScriptInterpreter::Other if is_mise_shim_for_python(file) => {
            ScriptInterpreter::ManagerShim("mise")
        }
        ScriptInterpreter::Other => {
            let target = pixi_target(file).and_then(|target| read_head(&target, HEAD_SIZE).ok());
            target.map_or(ScriptInterpreter::Other, |(_, head)| parse_head(&head))
        }
        interpreter => interpreter,
    })
}

/// What a Windows launcher starts. `<launcher_dir>` is its own directory (distlib).
fn from_launcher(target: LauncherTarget) -> ScriptInterpreter {
    let path = String::from_utf8_lossy(&target.python).to_lowercase();
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    if !is_python_bytes(name.strip_suffix(".exe").unwrap_or(name).as_bytes()) {
        return ScriptInterpreter::Other;
    }
    if path.starts_with("<launcher_dir>") || path.starts_with("/usr/bin/env") || path == name {
        return ScriptInterpreter::RuntimeLookup(Vec::new());
    }
    let flags = target.flags.iter().map(Vec::as_slice);
    script_python(&target.python, flags, true)
}

fn parse_head(head: &[u8]) -> ScriptInterpreter {
    let after_mark = head.strip_prefix(BYTE_ORDER_MARK);
    let Some(text) = after_mark.unwrap_or(head).strip_prefix(b"#!") else {
        return ScriptInterpreter::Other;
    };
    let mut lines = text.split(|byte| *byte == b'\n');
    let line = lines.next().unwrap_or_default();
    let plain = line.strip_suffix(b"\r").unwrap_or(line).trim_ascii();
    let is_valid =
        after_mark.is_none() && !line.ends_with(b"\r") && line.len() + 2 <= KERNEL_LINE_LIMIT;
    let mut parts = split_words(plain);
    let first = parts.next().unwrap_or_default();
    match file_name(first) {
        b"env" => from_env_command(parts, lines, is_valid),
        name if is_python_bytes(name) => {
            // The kernel passes what follows as one argument.
            let rest = plain[first.len()..].trim_ascii();
            let flags = Some(rest).filter(|rest| !rest.is_empty());
            script_python(first, flags.into_iter(), is_valid)
        }
        // A path with a blank, which the kernel takes for two words.
        _ if plain.contains(&b' ')
            && plain.starts_with(b"/")
            && is_python_bytes(file_name(plain)) =>
        {
            script_python(plain, [].into_iter(), false)
        }
        name if is_shell(name) => from_shell_script(lines, is_valid),
        _ => ScriptInterpreter::Other,
    }
}

fn script_python<'a>(
    path: &[u8],
    flags: impl Iterator<Item = &'a [u8]>,
    is_valid: bool,
) -> ScriptInterpreter {
    let decode = |bytes: &[u8]| os::decode_os_string(bytes.to_vec());
    let (Some(path), Some(flags)) = (decode(path), flags.map(decode).collect()) else {
        return ScriptInterpreter::Other;
    };
    let path = path.into();
    ScriptInterpreter::Python(ScriptPython {
        path,
        flags,
        is_valid,
    })
}

/// `python`, `python3.13t`, `pypy3`, `pythonw.exe`
fn is_python_bytes(name: &[u8]) -> bool {
    str::from_utf8(name).is_ok_and(|name| python_names::is_python_name(name.as_ref()))
}

fn is_shell(name: &[u8]) -> bool {
    matches!(name, b"sh" | b"bash" | b"dash" | b"ksh" | b"zsh")
}

/// `/usr/bin/env python3`, `/usr/bin/env -S FOO=1 python3 -E`, `/usr/bin/env bash`
fn from_env_command<'a>(
    words: impl Iterator<Item = &'a [u8]>,
    lines: impl Iterator<Item = &'a [u8]>,
    is_valid: bool,
) -> ScriptInterpreter {
    let is_before_name = |word: &&[u8]| word.starts_with(b"-") || word.contains(&b'=');
    let mut words = words.skip_while(is_before_name);
    let Some(program) = words.next() else {
        return ScriptInterpreter::Other;
    };
    match file_name(program) {
        // A path is not looked up: it names one Python, as without env.
        name if is_python_bytes(name) && program.starts_with(b"/") => {
            script_python(program, words, is_valid)
        }
        name if is_python_bytes(name) => {
            let flags = words.filter_map(|flag| os::decode_os_string(flag.to_vec()));
            ScriptInterpreter::RuntimeLookup(flags.collect())
        }
        name if is_shell(name) => from_shell_script(lines, is_valid),
        _ => ScriptInterpreter::Other,
    }
}

/// What a shell script does next: starts a Python, or is a shim.
fn from_shell_script<'a>(
    lines: impl Iterator<Item = &'a [u8]>,
    is_valid: bool,
) -> ScriptInterpreter {
    for line in lines {
        let text = String::from_utf8_lossy(line);
        let text = text.trim();
        if let Some(command) = exec_command(text) {
            return from_exec_command(command, is_valid);
        }
        if text.starts_with("# asdf-plugin: python") {
            return ScriptInterpreter::ManagerShim("asdf");
        }
        if text.starts_with("exec ") && text.contains("/pyenv\" exec ") {
            return ScriptInterpreter::ManagerShim("pyenv");
        }
    }
    ScriptInterpreter::Other
}

/// The text between `exec` and `"$0"` in a line that sh and Python both read.
fn exec_command(line: &str) -> Option<&str> {
    let prefixes = ["'''exec' ", "\"exec\" ", "''''exec "];
    let command = prefixes
        .iter()
        .find_map(|prefix| line.strip_prefix(prefix))?;
    let end = command.rfind("\"$0\"")?;
    Some(command[..end].trim())
}

fn from_exec_command(command: &str, is_valid: bool) -> ScriptInterpreter {
    // The relocatable forms of uv and virtualenv: the Python beside the script.
    if has_command_substitution(command) {
        return ScriptInterpreter::RuntimeLookup(Vec::new());
    }
    let Ok(words) = shell_words::split(command) else {
        return ScriptInterpreter::Other;
    };
    match words.split_first() {
        Some((path, flags)) if is_python_bytes(file_name(path.as_bytes())) => script_python(
            path.as_bytes(),
            flags.iter().map(String::as_bytes),
            is_valid,
        ),
        _ => ScriptInterpreter::Other,
    }
}

/// Whether sh would substitute a command's output: not in single quotes, nor after a backslash.
fn has_command_substitution(command: &str) -> bool {
    let (mut quote, mut letters) = (None, command.chars().peekable());
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), letter) if open == letter => quote = None,
            (Some('\''), _) => {}
            (_, '\\') => drop(letters.next()),
            (None, '\'' | '"') => quote = Some(letter),
            (_, '`') => return true,
            (_, '$') if letters.peek() == Some(&'(') => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;

    /// `row` is a head, without its `#!`, and the path and flags that it names.
    #[track_caller]
    fn check_python(row: &str, is_valid: bool) {
        let (head, expected) = row.split_once(" => ").expect("an arrow");
        let mut words = expected.split('|').map(OsString::from);
        let path = words.next().expect("a path").into();
        let flags = words.collect();
        let expected = ScriptInterpreter::Python(ScriptPython {
            path,
            flags,
            is_valid,
        });
        let found = parse_head(format!("#!{head}\n").as_bytes());
        assert_eq!(found, expected, "{head}");
    }

    #[test]
    fn a_shebang_names_its_python() {
        for row in [
            "/e/bin/python\nimport sys => /e/bin/python",
            " /e/bin/python3.11 -sE => /e/bin/python3.11|-sE",
            "/e/bin/python -s -E => /e/bin/python|-s -E",
            "python3 => python3",
            "/e/bin/python3.6m => /e/bin/python3.6m",
            "/usr/bin/env -S /e/bin/python -s -E => /e/bin/python|-s|-E",
            "/opt/pypy/bin/pypy3 => /opt/pypy/bin/pypy3",
        ] {
            check_python(row, true);
        }
        check_python("/e/bin/python\r\nimport sys\r => /e/bin/python", false);
        check_python("/my env/bin/python => /my env/bin/python", false);
        let long = format!("/{}/bin/python", "x".repeat(300));
        check_python(&format!("{long} => {long}"), false);
        let marked = parse_head("\u{feff}#!/e/bin/python\n".as_bytes());
        let expected = script_python(b"/e/bin/python", [].into_iter(), false);
        assert_eq!(marked, expected);
    }

    #[test]
    fn lines_for_sh_and_python_name_their_python() {
        for row in [
            // distlib, pip, virtualenv
            "'''exec' /e/bin/python \"$0\" \"$@\"\n' ''' => /e/bin/python",
            "'''exec' \"/my env/bin/python\" \"$0\" \"$@\"\n' ''' => /my env/bin/python",
            // uv
            "'''exec' '/my env/bin/python' \"$0\" \"$@\"\n' ''' => /my env/bin/python",
            "'''exec' \"/a '\"'`'\"x\"'$'\"(y)/python\" \"$0\" \"$@\"\n' ''' => /a '`x$(y)/python",
            // conda
            "'''exec' \"/my env/bin/python\" -E \"$0\" \"$@\" #''' => /my env/bin/python|-E",
        ] {
            check_python(&format!("/bin/sh\n{row}"), true);
        }
    }

    #[test]
    fn a_script_that_finds_its_python_itself_names_none() {
        for head in [
            "#!/usr/bin/env python3\n",
            "#!/usr/bin/env -S python3 -E\n",
            "#!/bin/sh\n'''exec' \"$(dirname -- \"$(realpath -- \"$0\")\")\"/'python' \"$0\" \"$@\"\n' '''\n",
            "#!/bin/sh\n\"exec\" \"`dirname $0`/python\" \"$0\" \"$@\"\n",
        ] {
            let flags = Vec::from_iter(head.contains(" -E").then(|| "-E".into()));
            let expected = ScriptInterpreter::RuntimeLookup(flags);
            assert_eq!(parse_head(head.as_bytes()), expected, "{head}");
        }
    }

    #[test]
    fn a_version_managers_shim_differs_from_a_shell_script() {
        use ScriptInterpreter::{ManagerShim, Other};
        let pyenv = "#!/usr/bin/env bash\nset -e\nprogram=\"${0##*/}\"\nexport PYENV_ROOT=\"/p\"\nexec \"/p/libexec/pyenv\" exec \"$program\" \"$@\"\n";
        let asdf = "#!/usr/bin/env bash\n# asdf-plugin: python 3.11.4\nexec /a/bin/asdf exec \"pytest\" \"$@\"\n";
        let node =
            "#!/usr/bin/env bash\n# asdf-plugin: nodejs 20\nexec /a/bin/asdf exec \"npm\" \"$@\"\n";
        for (head, expected) in [
            (pyenv, ManagerShim("pyenv")),
            (asdf, ManagerShim("asdf")),
            (node, Other),
            ("#!/bin/bash\nexec python3 -m tool \"$@\"\n", Other),
            ("#!/usr/bin/perl\n", Other),
            ("\u{7f}ELF", Other),
            ("", Other),
            ("#!", Other),
        ] {
            assert_eq!(parse_head(head.as_bytes()), expected, "{head}");
        }
    }

    #[test]
    fn any_head_is_judged() {
        fuzz("script_head", 3000, |bytes| drop(parse_head(bytes)));
    }
}
