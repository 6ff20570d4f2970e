//! Console scripts: an entry point -> the script that pip would write for it.

use std::ffi::OsStr;
use std::path::Path;

/// The release of pip whose output is imitated: 24.2 is (24, 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PipVersion(u32, u32);

/// How a console script removes the extension from its own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ScriptStyle {
    /// Up to 18: with blank lines between the parts.
    WithRegex18,
    /// Up to 25.1: as distlib does.
    WithRegex,
    /// 25.2 and 25.3: without the `re` module.
    WithSlice,
    /// From 26 on.
    WithRemoveSuffix,
}

impl PipVersion {
    /// An unknown version counts as the newest.
    pub(crate) fn parse(version: &str) -> PipVersion {
        let parts = version.split('.');
        let mut parts = parts.map(|part| part.parse().unwrap_or(u32::MAX));
        PipVersion(parts.next().unwrap_or(u32::MAX), parts.next().unwrap_or(0))
    }

    /// Whether it marks what was requested by name with an empty REQUESTED file (PEP 376; since 20.2).
    pub(crate) fn has_requested_marker(self) -> bool {
        self >= PipVersion(20, 2)
    }

    fn script_style(self) -> ScriptStyle {
        match self {
            PipVersion(..19, _) => ScriptStyle::WithRegex18,
            PipVersion(..25, _) | PipVersion(25, ..2) => ScriptStyle::WithRegex,
            PipVersion(25, _) => ScriptStyle::WithSlice,
            _ => ScriptStyle::WithRemoveSuffix,
        }
    }
}

/// The longest shebang that every system accepts (distlib's limit; Linux takes 255, macOS 512).
const MAX_SHEBANG_LEN: usize = 127;

/// A script's name and what it calls.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EntryPoint {
    /// `pip3`
    pub name: String,
    /// `pip._internal.cli.main`
    pub module: String,
    /// `main`
    pub function: String,
}

impl EntryPoint {
    /// `target` is `pip._internal.cli.main:main`.
    fn parse(name: String, target: &str) -> Option<EntryPoint> {
        let (module, function) = target.split_once(':')?;
        Some(EntryPoint {
            name,
            module: module.trim().to_owned(),
            function: function.trim().to_owned(),
        })
    }
}

/// The console scripts in the text of entry_points.txt (the entry points specification). pip and easy_install get names
/// for the Python they are installed for, whatever the file lists (pip's wheel.py).
pub(crate) fn parse_console_scripts(text: &str, (major, minor): (u64, u64)) -> Vec<EntryPoint> {
    let lines = text.lines().map(str::trim);
    let section = lines
        .skip_while(|line| *line != "[console_scripts]")
        .skip(1)
        .take_while(|line| !line.starts_with('['));
    let mut scripts = Vec::new();
    for (name, target) in section.filter_map(|line| line.split_once('=')) {
        let name = name.trim();
        let names = match name {
            "pip" => vec![
                name.to_owned(),
                format!("pip{major}"),
                format!("pip{major}.{minor}"),
            ],
            "easy_install" => vec![name.to_owned(), format!("easy_install-{major}.{minor}")],
            _ if is_versioned(name, "pip") || is_versioned(name, "easy_install-") => vec![],
            _ => vec![name.to_owned()],
        };
        let names = names.into_iter();
        scripts.extend(names.filter_map(|name| EntryPoint::parse(name, target)));
    }
    scripts
}

fn is_versioned(name: &str, stem: &str) -> bool {
    name.strip_prefix(stem).is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    })
}

/// The text of the script, run by `python`.
pub(crate) fn render_script(entry: &EntryPoint, python: &Path, pip: PipVersion) -> Vec<u8> {
    with_shebang(python, &render_body(entry, pip.script_style()))
}

/// The text without the shebang.
pub(crate) fn script_code(entry: &EntryPoint, pip: PipVersion) -> String {
    render_body(entry, pip.script_style())
}

/// The text of a script that calls `target`, `demo.cli:main`, in the style that every Python can run.
pub(crate) fn script_for_target(target: &str, python: &Path) -> Option<Vec<u8>> {
    let entry = EntryPoint::parse(String::new(), target)?;
    Some(with_shebang(
        python,
        &render_body(&entry, ScriptStyle::WithSlice),
    ))
}

fn with_shebang(python: &Path, body: &str) -> Vec<u8> {
    let mut text = shebang_lines(python.as_os_str(), &[] as &[&OsStr]);
    text.extend_from_slice(body.as_bytes());
    text
}

fn render_body(entry: &EntryPoint, style: ScriptStyle) -> String {
    let EntryPoint {
        module, function, ..
    } = entry;
    let import = function.split('.').next().unwrap_or(function);
    match style {
        ScriptStyle::WithRegex18 => format!(
            "\n# -*- coding: utf-8 -*-\nimport re\nimport sys\n\nfrom {module} import {import}\n\n\
             if __name__ == '__main__':\n    \
             sys.argv[0] = re.sub(r'(-script\\.pyw?|\\.exe)?$', '', sys.argv[0])\n    \
             sys.exit({function}())\n"
        ),
        ScriptStyle::WithRegex => format!(
            "# -*- coding: utf-8 -*-\nimport re\nimport sys\nfrom {module} import {import}\n\
             if __name__ == '__main__':\n    \
             sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])\n    \
             sys.exit({function}())\n"
        ),
        ScriptStyle::WithSlice => format!(
            "import sys\nfrom {module} import {import}\nif __name__ == '__main__':\n    \
             if sys.argv[0].endswith('.exe'):\n        sys.argv[0] = sys.argv[0][:-4]\n    \
             sys.exit({function}())\n"
        ),
        ScriptStyle::WithRemoveSuffix => format!(
            "import sys\nfrom {module} import {import}\nif __name__ == '__main__':\n    \
             sys.argv[0] = sys.argv[0].removesuffix('.exe')\n    sys.exit({function}())\n"
        ),
    }
}

/// The shebang; or, for a path that is too long or holds whitespace, three lines that sh and Python both read
/// (distlib's form). Unlike distlib, it quotes the path for sh, so that `$` and `;` are literal.
pub(crate) fn shebang_lines(python: &OsStr, flags: &[impl AsRef<OsStr>]) -> Vec<u8> {
    let path = python.as_encoded_bytes();
    let spaced = |flag: &_| [b" ", AsRef::<OsStr>::as_ref(flag).as_encoded_bytes()].concat();
    let flags = flags.iter().map(spaced).collect::<Vec<_>>().concat();
    let length = path.len() + flags.len() + 3;
    if length <= MAX_SHEBANG_LEN && !path.iter().any(u8::is_ascii_whitespace) {
        return [b"#!", path, &flags, b"\n"].concat();
    }
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(byte);
    let quoted = match path.iter().all(is_plain) {
        true => path.to_vec(),
        false => quote_shebang_path(path),
    };
    let start = b"#!/bin/sh\n'''exec' ";
    [start, &quoted[..], &flags, b" \"$0\" \"$@\"\n' '''\n"].concat()
}

/// Quotes a path for sh, in a line that Python reads as a string between `'''`: in double quotes, as distlib does. `$`
/// and backquotes get single quotes between them, because Python warns of a backslash before one.
pub(crate) fn quote_shebang_path(path: &[u8]) -> Vec<u8> {
    let mut quoted = vec![b'"'];
    for byte in path {
        match byte {
            b'$' | b'`' => quoted.extend([b'"', b'\'', *byte, b'\'', b'"']),
            b'"' | b'\\' => quoted.extend([b'\\', *byte]),
            // Three of them would end Python's string.
            b'\'' if quoted.ends_with(b"'") => quoted.extend(b"\"\"'"),
            _ => quoted.push(*byte),
        }
    }
    quoted.push(b'"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;

    #[test]
    fn pips_scripts_are_named_for_their_python() {
        let text = "[console_scripts]\npip = pip._internal.cli.main:main\npip3 = x:y\npip3.11 = x:y\n\n[other]\na = b:c\n";
        let scripts = parse_console_scripts(text, (3, 12));
        let names: Vec<_> = scripts.iter().map(|script| script.name.as_str()).collect();
        assert_eq!(names, ["pip", "pip3", "pip3.12"]);
        assert!(
            scripts
                .iter()
                .all(|script| script.module == "pip._internal.cli.main")
        );
    }

    #[test]
    fn a_shebang_is_plain_where_the_kernel_can_read_it() {
        let shebang = |python: &str, flags: &[&str]| shebang_lines(python.as_ref(), flags);
        assert_eq!(shebang("/a/bin/python", &[]), b"#!/a/bin/python\n");
        assert_eq!(shebang("/a/python", &["-sE"]), b"#!/a/python -sE\n");
        assert_eq!(
            shebang("/a b/python", &[]),
            b"#!/bin/sh\n'''exec' \"/a b/python\" \"$0\" \"$@\"\n' '''\n"
        );
        assert_eq!(
            shebang("/it's $a/python", &[]),
            b"#!/bin/sh\n'''exec' \"/it's \"'$'\"a/python\" \"$0\" \"$@\"\n' '''\n"
        );
        let long = format!("/{}/python", "x".repeat(120));
        assert!(shebang(&long, &[]).starts_with(b"#!/bin/sh\n'''exec' /xxx"));
    }

    #[test]
    fn any_entry_points_are_scripts_or_none() {
        fuzz("entry_points", 2000, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            for entry in parse_console_scripts(&text, (3, 12)) {
                render_script(&entry, Path::new("/a b/python"), PipVersion(24, 0));
            }
        });
    }
}
