//! The head of a file -> which Python starts it, if one does.
//!
//! The forms are those that the makers of scripts write: one line that the kernel reads (execve(2)); where a
//! path is too long or holds a blank, lines that sh and Python both read (distlib, pip, conda, uv); and the
//! shims of version managers; and on Windows the launchers that stand for scripts. Nothing is started to find out.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::os;

use super::python_names;
use super::shebang::{file_name, split_words};
use super::windows_launcher::{self, LauncherTarget};

/// As much as is read of a file: more than the two lines of any script.
const HEAD_SIZE: usize = 4096;

/// What Linux reads of a first line (BINPRM_BUF_SIZE); a longer one is none.
const KERNEL_LINE_LIMIT: usize = 255;

/// Editors on Windows put it before UTF-8; the kernel does not know it.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What starts a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ScriptInterpreter {
    /// No Python, as far as can be told: the kernel itself, a shell, another interpreter.
    Other,
    /// This Python.
    Python(ScriptPython),
    /// The first Python on PATH (`/usr/bin/env python3`), or the one beside the script, with these flags.
    RuntimeLookup(Vec<OsString>),
    /// A version manager's choice among the Pythons that it keeps.
    ManagerShim(&'static str),
}

/// A Python that a script names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ScriptPython {
    /// Its file, as it is written there.
    pub path: PathBuf,
    /// What it is called with before the script.
    pub flags: Vec<OsString>,
    /// Whether the system reads it as it is meant.
    pub validity: ShebangValidity,
}

/// Whether the system can start a script by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShebangValidity {
    /// It can, if the interpreter is there.
    Valid,
    /// A byte order mark before it, a carriage return or a blank in it, or its length keeps it from that.
    Invalid,
}

/// Whether `interpreter` is one of those in the scripts directory `scripts`, whether it is there or not.
pub(crate) fn is_in_scripts_dir(interpreter: &Path, scripts: &Path) -> bool {
    let Some(parent) = interpreter.parent() else {
        return false;
    };
    parent == scripts || os::is_same_file(parent, scripts)
}

/// Reads the head of `file`.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn detect_interpreter(file: &Path) -> io::Result<ScriptInterpreter> {
    let mut head = Vec::with_capacity(HEAD_SIZE);
    let mut file = File::open(file)?;
    (&mut file).take(HEAD_SIZE as u64).read_to_end(&mut head)?;
    if windows_launcher::has_mz_magic(&head) {
        let launched = windows_launcher::read_launcher(&mut file, &head)?;
        return Ok(launched.map_or(ScriptInterpreter::Other, from_launcher));
    }
    Ok(parse_head(&head))
}

/// What a launcher for Windows starts. `<launcher_dir>` is where it lies itself (distlib).
fn from_launcher(launched: LauncherTarget) -> ScriptInterpreter {
    let path = String::from_utf8_lossy(&launched.python).to_lowercase();
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    if !is_python_bytes(name.strip_suffix(".exe").unwrap_or(name).as_bytes()) {
        return ScriptInterpreter::Other;
    }
    if path.starts_with("<launcher_dir>") || path.starts_with("/usr/bin/env") || path == name {
        return ScriptInterpreter::RuntimeLookup(Vec::new());
    }
    let flags = launched.flags.iter().map(Vec::as_slice);
    script_python(&launched.python, flags, ShebangValidity::Valid)
}

fn parse_head(head: &[u8]) -> ScriptInterpreter {
    let unmarked = head.strip_prefix(BYTE_ORDER_MARK);
    let Some(text) = unmarked.unwrap_or(head).strip_prefix(b"#!") else {
        return ScriptInterpreter::Other;
    };
    let mut lines = text.split(|byte| *byte == b'\n');
    let line = lines.next().unwrap_or_default();
    let plain = line.strip_suffix(b"\r").unwrap_or(line).trim_ascii();
    let spoilt = unmarked.is_some() || line.ends_with(b"\r") || line.len() + 2 > KERNEL_LINE_LIMIT;
    let mut parts = split_words(plain);
    let first = parts.next().unwrap_or_default();
    match file_name(first) {
        b"env" => from_env_command(parts, lines, shebang_validity(spoilt)),
        name if is_python_bytes(name) => {
            // The kernel hands on what follows as one argument.
            let rest = plain[first.len()..].trim_ascii();
            let flags = Some(rest).filter(|rest| !rest.is_empty());
            script_python(first, flags.into_iter(), shebang_validity(spoilt))
        }
        // A path with a blank in it, which the kernel takes for two words.
        _ if plain.contains(&b' ')
            && plain.starts_with(b"/")
            && is_python_bytes(file_name(plain)) =>
        {
            script_python(plain, [].into_iter(), ShebangValidity::Invalid)
        }
        name if is_shell(name) => from_shell_script(lines, shebang_validity(spoilt)),
        _ => ScriptInterpreter::Other,
    }
}

fn shebang_validity(spoilt: bool) -> ShebangValidity {
    if spoilt {
        ShebangValidity::Invalid
    } else {
        ShebangValidity::Valid
    }
}

fn script_python<'a>(
    path: &[u8],
    flags: impl Iterator<Item = &'a [u8]>,
    reading: ShebangValidity,
) -> ScriptInterpreter {
    let text = |bytes: &[u8]| os::decode_os_string(bytes.to_vec());
    let flags = flags.map(text).collect();
    match (text(path), flags) {
        (Some(path), Some(flags)) => ScriptInterpreter::Python(ScriptPython {
            path: path.into(),
            flags,
            validity: reading,
        }),
        _ => ScriptInterpreter::Other,
    }
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
    reading: ShebangValidity,
) -> ScriptInterpreter {
    let is_no_name = |word: &&[u8]| word.starts_with(b"-") || word.contains(&b'=');
    let mut words = words.skip_while(is_no_name);
    let Some(program) = words.next() else {
        return ScriptInterpreter::Other;
    };
    match file_name(program) {
        // A path is not looked up: it names one Python, as without env.
        name if is_python_bytes(name) && program.starts_with(b"/") => {
            script_python(program, words, reading)
        }
        name if is_python_bytes(name) => ScriptInterpreter::RuntimeLookup(
            words
                .filter_map(|flag| os::decode_os_string(flag.to_vec()))
                .collect(),
        ),
        name if is_shell(name) => from_shell_script(lines, reading),
        _ => ScriptInterpreter::Other,
    }
}

/// What a script for a shell does next: starts a Python, or is a shim.
fn from_shell_script<'a>(
    lines: impl Iterator<Item = &'a [u8]>,
    reading: ShebangValidity,
) -> ScriptInterpreter {
    for line in lines {
        let text = String::from_utf8_lossy(line);
        let text = text.trim();
        if let Some(command) = exec_command(text) {
            return from_exec_command(command, reading);
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

/// What stands between `exec` and the script's own name in a line that sh and Python both read.
fn exec_command(line: &str) -> Option<&str> {
    let command = ["'''exec' ", "\"exec\" ", "''''exec "]
        .iter()
        .find_map(|form| line.strip_prefix(form))?;
    let end = command.rfind("\"$0\"")?;
    Some(command[..end].trim())
}

fn from_exec_command(command: &str, reading: ShebangValidity) -> ScriptInterpreter {
    // uv's and virtualenv's relocatable forms: the directory is the script's own.
    if has_command_substitution(command) {
        return ScriptInterpreter::RuntimeLookup(Vec::new());
    }
    let Ok(words) = shell_words::split(command) else {
        return ScriptInterpreter::Other;
    };
    match words.split_first() {
        Some((path, flags)) if is_python_bytes(file_name(path.as_bytes())) => {
            script_python(path.as_bytes(), flags.iter().map(String::as_bytes), reading)
        }
        _ => ScriptInterpreter::Other,
    }
}

/// Whether sh would put a command's output there: not between single quotes, nor behind a backslash.
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

    fn expected_python(path: &str, flags: &[&str], reading: ShebangValidity) -> ScriptInterpreter {
        ScriptInterpreter::Python(ScriptPython {
            path: path.into(),
            flags: flags.iter().map(OsString::from).collect(),
            validity: reading,
        })
    }

    #[test]
    fn every_makers_script_names_its_python() {
        let long = format!("/{}/bin/python", "x".repeat(300));
        for (head, path, flags, reading) in [
            (
                "#!/e/bin/python\nimport sys",
                "/e/bin/python",
                &[][..],
                ShebangValidity::Valid,
            ),
            (
                "#! /e/bin/python3.11 -sE\n",
                "/e/bin/python3.11",
                &["-sE"],
                ShebangValidity::Valid,
            ),
            (
                "#!/e/bin/python -s -E\n",
                "/e/bin/python",
                &["-s -E"],
                ShebangValidity::Valid,
            ),
            (
                "#!/e/bin/python\r\nimport sys\r\n",
                "/e/bin/python",
                &[],
                ShebangValidity::Invalid,
            ),
            (
                "\u{feff}#!/e/bin/python\n",
                "/e/bin/python",
                &[],
                ShebangValidity::Invalid,
            ),
            (
                "#!/my env/bin/python\n",
                "/my env/bin/python",
                &[],
                ShebangValidity::Invalid,
            ),
            ("#!python3\n", "python3", &[], ShebangValidity::Valid),
            (
                "#!/e/bin/python3.6m\n",
                "/e/bin/python3.6m",
                &[],
                ShebangValidity::Valid,
            ),
            (&format!("#!{long}\n"), &long, &[], ShebangValidity::Invalid),
            (
                "#!/usr/bin/env -S /e/bin/python -s -E\n",
                "/e/bin/python",
                &["-s", "-E"],
                ShebangValidity::Valid,
            ),
            // distlib, pip, virtualenv
            (
                "#!/bin/sh\n'''exec' /e/bin/python \"$0\" \"$@\"\n' '''\n",
                "/e/bin/python",
                &[],
                ShebangValidity::Valid,
            ),
            (
                "#!/bin/sh\n'''exec' \"/my env/bin/python\" \"$0\" \"$@\"\n' '''\n",
                "/my env/bin/python",
                &[],
                ShebangValidity::Valid,
            ),
            // uv
            (
                "#!/bin/sh\n'''exec' '/my env/bin/python' \"$0\" \"$@\"\n' '''\n",
                "/my env/bin/python",
                &[],
                ShebangValidity::Valid,
            ),
            (
                "#!/bin/sh\n'''exec' \"/a '\"'`'\"x\"'$'\"(y)/python\" \"$0\" \"$@\"\n' '''\n",
                "/a '`x$(y)/python",
                &[],
                ShebangValidity::Valid,
            ),
            // conda
            (
                "#!/bin/sh\n'''exec' \"/my env/bin/python\" -E \"$0\" \"$@\" #'''\n",
                "/my env/bin/python",
                &["-E"],
                ShebangValidity::Valid,
            ),
            (
                "#!/opt/pypy/bin/pypy3\n",
                "/opt/pypy/bin/pypy3",
                &[],
                ShebangValidity::Valid,
            ),
        ] {
            assert_eq!(
                parse_head(head.as_bytes()),
                expected_python(path, flags, reading),
                "{head}"
            );
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
            assert_eq!(
                parse_head(head.as_bytes()),
                ScriptInterpreter::RuntimeLookup(flags),
                "{head}"
            );
        }
    }

    #[test]
    fn a_version_managers_shim_is_told_from_a_shells_script() {
        let pyenv = "#!/usr/bin/env bash\nset -e\nprogram=\"${0##*/}\"\nexport PYENV_ROOT=\"/p\"\nexec \"/p/libexec/pyenv\" exec \"$program\" \"$@\"\n";
        let asdf = "#!/usr/bin/env bash\n# asdf-plugin: python 3.11.4\nexec /a/bin/asdf exec \"pytest\" \"$@\"\n";
        for (head, starter) in [
            (pyenv, ScriptInterpreter::ManagerShim("pyenv")),
            (asdf, ScriptInterpreter::ManagerShim("asdf")),
            (
                "#!/usr/bin/env bash\n# asdf-plugin: nodejs 20\nexec /a/bin/asdf exec \"npm\" \"$@\"\n",
                ScriptInterpreter::Other,
            ),
            (
                "#!/bin/bash\nexec python3 -m tool \"$@\"\n",
                ScriptInterpreter::Other,
            ),
            ("#!/usr/bin/perl\n", ScriptInterpreter::Other),
            ("\u{7f}ELF", ScriptInterpreter::Other),
            ("", ScriptInterpreter::Other),
            ("#!", ScriptInterpreter::Other),
        ] {
            assert_eq!(parse_head(head.as_bytes()), starter, "{head}");
        }
    }
}
