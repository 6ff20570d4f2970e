//! The head of a file -> which Python starts it, if one does.
//!
//! The forms are those that the makers of scripts write: one line that the kernel reads (execve(2)); where a
//! path is too long or holds a blank, lines that sh and Python both read (distlib, pip, conda, uv); and the
//! shims of version managers; and on Windows the launchers that stand for scripts. Nothing is started to find out.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::launcher::{self, Launched};
use super::shebang::{file_name, words};
use crate::os;

/// As much as is read of a file: more than the two lines of any script.
const HEAD: usize = 4096;
/// What Linux reads of a first line (BINPRM_BUF_SIZE); a longer one is none.
const KERNELS: usize = 255;
/// Editors on Windows put it before UTF-8; the kernel does not know it.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What starts a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Starter {
    /// No Python, as far as can be told: the kernel itself, a shell, another interpreter.
    Other,
    /// This Python.
    Python(Interpreter),
    /// The first Python on PATH (`/usr/bin/env python3`), or the one beside the script, with these flags.
    Nearest(Vec<OsString>),
    /// A version manager's choice among the Pythons that it keeps.
    Shim(&'static str),
}

/// A Python that a script names.
#[derive(Debug, PartialEq, Eq)]
pub struct Interpreter {
    /// Its file, as it is written there.
    pub path: PathBuf,
    /// What it is called with before the script.
    pub flags: Vec<OsString>,
    /// Whether the system reads it as it is meant.
    pub reading: Reading,
}

/// Whether the system can start a script by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// It can, if the interpreter is there.
    Plain,
    /// A byte order mark before it, a carriage return or a blank in it, or its length keeps it from that.
    Spoilt,
}

/// Whether `interpreter` is one of those in the scripts directory `scripts`, whether it is there or not.
pub fn is_of(interpreter: &Path, scripts: &Path) -> bool {
    let Some(parent) = interpreter.parent() else {
        return false;
    };
    parent == scripts || os::same_file(parent, scripts)
}

/// Reads the head of `file`.
///
/// # Errors
/// The file cannot be read.
pub fn of(file: &Path) -> io::Result<Starter> {
    let mut head = Vec::with_capacity(HEAD);
    let mut file = File::open(file)?;
    (&mut file).take(HEAD as u64).read_to_end(&mut head)?;
    if launcher::is_program(&head) {
        let launched = launcher::read(&mut file, &head)?;
        return Ok(launched.map_or(Starter::Other, by_launcher));
    }
    Ok(parse(&head))
}

/// What a launcher for Windows starts. `<launcher_dir>` is where it lies itself (distlib).
fn by_launcher(launched: Launched) -> Starter {
    let path = String::from_utf8_lossy(&launched.python).to_lowercase();
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    if !is_python(name.strip_suffix(".exe").unwrap_or(name).as_bytes()) {
        return Starter::Other;
    }
    if path.starts_with("<launcher_dir>") || path.starts_with("/usr/bin/env") || path == name {
        return Starter::Nearest(Vec::new());
    }
    let flags = launched.flags.iter().map(Vec::as_slice);
    python(&launched.python, flags, Reading::Plain)
}

fn parse(head: &[u8]) -> Starter {
    let unmarked = head.strip_prefix(BYTE_ORDER_MARK);
    let Some(text) = unmarked.unwrap_or(head).strip_prefix(b"#!") else {
        return Starter::Other;
    };
    let mut lines = text.split(|byte| *byte == b'\n');
    let line = lines.next().unwrap_or_default();
    let plain = line.strip_suffix(b"\r").unwrap_or(line).trim_ascii();
    let spoilt = unmarked.is_some() || line.ends_with(b"\r") || line.len() + 2 > KERNELS;
    let mut parts = words(plain);
    let first = parts.next().unwrap_or_default();
    match file_name(first) {
        b"env" => by_env(parts, lines, reading(spoilt)),
        name if is_python(name) => {
            // The kernel hands on what follows as one argument.
            let rest = plain[first.len()..].trim_ascii();
            let flags = Some(rest).filter(|rest| !rest.is_empty());
            python(first, flags.into_iter(), reading(spoilt))
        }
        // A path with a blank in it, which the kernel takes for two words.
        _ if plain.contains(&b' ') && plain.starts_with(b"/") && is_python(file_name(plain)) => {
            python(plain, [].into_iter(), Reading::Spoilt)
        }
        name if is_shell(name) => by_shell(lines, reading(spoilt)),
        _ => Starter::Other,
    }
}

fn reading(spoilt: bool) -> Reading {
    if spoilt {
        Reading::Spoilt
    } else {
        Reading::Plain
    }
}

fn python<'a>(path: &[u8], flags: impl Iterator<Item = &'a [u8]>, reading: Reading) -> Starter {
    let text = |bytes: &[u8]| os::text(bytes.to_vec());
    let flags = flags.map(text).collect();
    match (text(path), flags) {
        (Some(path), Some(flags)) => Starter::Python(Interpreter {
            path: path.into(),
            flags,
            reading,
        }),
        _ => Starter::Other,
    }
}

/// `python`, `python3.13t`, `pypy3`, `pythonw.exe`
fn is_python(name: &[u8]) -> bool {
    str::from_utf8(name).is_ok_and(|name| super::is_interpreter(name.as_ref()))
}

fn is_shell(name: &[u8]) -> bool {
    matches!(name, b"sh" | b"bash" | b"dash" | b"ksh" | b"zsh")
}

/// `/usr/bin/env python3`, `/usr/bin/env -S FOO=1 python3 -E`, `/usr/bin/env bash`
fn by_env<'a>(
    words: impl Iterator<Item = &'a [u8]>,
    lines: impl Iterator<Item = &'a [u8]>,
    reading: Reading,
) -> Starter {
    let is_no_name = |word: &&[u8]| word.starts_with(b"-") || word.contains(&b'=');
    let mut words = words.skip_while(is_no_name);
    let Some(program) = words.next() else {
        return Starter::Other;
    };
    match file_name(program) {
        // A path is not looked up: it names one Python, as without env.
        name if is_python(name) && program.starts_with(b"/") => python(program, words, reading),
        name if is_python(name) => {
            Starter::Nearest(words.filter_map(|flag| os::text(flag.to_vec())).collect())
        }
        name if is_shell(name) => by_shell(lines, reading),
        _ => Starter::Other,
    }
}

/// What a script for a shell does next: starts a Python, or is a shim.
fn by_shell<'a>(lines: impl Iterator<Item = &'a [u8]>, reading: Reading) -> Starter {
    for line in lines {
        let text = String::from_utf8_lossy(line);
        let text = text.trim();
        if let Some(command) = executed(text) {
            return by_command(command, reading);
        }
        if text.starts_with("# asdf-plugin: python") {
            return Starter::Shim("asdf");
        }
        if text.starts_with("exec ") && text.contains("/pyenv\" exec ") {
            return Starter::Shim("pyenv");
        }
    }
    Starter::Other
}

/// What stands between `exec` and the script's own name in a line that sh and Python both read.
fn executed(line: &str) -> Option<&str> {
    let command = ["'''exec' ", "\"exec\" ", "''''exec "]
        .iter()
        .find_map(|form| line.strip_prefix(form))?;
    let end = command.rfind("\"$0\"")?;
    Some(command[..end].trim())
}

fn by_command(command: &str, reading: Reading) -> Starter {
    // uv's and virtualenv's relocatable forms: the directory is the script's own.
    if substitutes(command) {
        return Starter::Nearest(Vec::new());
    }
    let Ok(words) = shell_words::split(command) else {
        return Starter::Other;
    };
    match words.split_first() {
        Some((path, flags)) if is_python(file_name(path.as_bytes())) => {
            python(path.as_bytes(), flags.iter().map(String::as_bytes), reading)
        }
        _ => Starter::Other,
    }
}

/// Whether sh would put a command's output there: not between single quotes, nor behind a backslash.
fn substitutes(command: &str) -> bool {
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
mod tests;
