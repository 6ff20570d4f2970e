//! Console scripts: an entry point -> the file that pip would write for it.

use std::ffi::OsStr;
use std::path::Path;

/// The pip that would have done the installing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PipVersion {
    /// 24.2 is (24, 2).
    release: (u32, u32),
}

/// How a console script takes the ending off its own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScriptStyle {
    /// Up to 18: with blank lines between the parts.
    WithRegex18,
    /// Up to 25.1: distlib's.
    WithRegex,
    /// 25.2 and 25.3: without the `re` module.
    WithSlice,
    /// From 26 on.
    WithRemoveSuffix,
}

impl PipVersion {
    /// The pip of that version; what cannot be read counts as new.
    pub(crate) fn parse(version: &str) -> PipVersion {
        let mut parts = version
            .split('.')
            .map(|part| part.parse().unwrap_or(u32::MAX));
        PipVersion {
            release: (parts.next().unwrap_or(u32::MAX), parts.next().unwrap_or(0)),
        }
    }

    /// Whether it marks what was asked for by name with an empty REQUESTED file (PEP 376; since 20.2).
    pub(crate) fn has_requested_marker(self) -> bool {
        self.release >= (20, 2)
    }

    /// The form of its console scripts.
    pub(crate) fn script_style(self) -> ScriptStyle {
        match self.release {
            (..19, _) => ScriptStyle::WithRegex18,
            (..25, _) | (25, ..2) => ScriptStyle::WithRegex,
            (25, _) => ScriptStyle::WithSlice,
            _ => ScriptStyle::WithRemoveSuffix,
        }
    }
}

/// What a shebang may be long on every system (distlib's limit; Linux takes 255, macOS 512).
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

/// The console scripts that entry_points.txt lists (the entry points specification). pip and easy_install
/// name theirs after the Python they are installed for, whatever the file says (pip's wheel.py).
pub(crate) fn parse_console_scripts(text: &str, (major, minor): (u64, u64)) -> Vec<EntryPoint> {
    let section = text
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != "[console_scripts]")
        .skip(1);
    let mut scripts = Vec::new();
    for line in section.take_while(|line| !line.starts_with('[')) {
        let Some((name, target)) = line.split_once('=') else {
            continue;
        };
        let Some((module, function)) = target.trim().split_once(':') else {
            continue;
        };
        let entry = |name: String| EntryPoint {
            name,
            module: module.trim().to_owned(),
            function: function.trim().to_owned(),
        };
        match name.trim() {
            "pip" => scripts.extend(
                [
                    "pip".to_owned(),
                    format!("pip{major}"),
                    format!("pip{major}.{minor}"),
                ]
                .map(entry),
            ),
            "easy_install" => scripts.extend(
                [
                    "easy_install".to_owned(),
                    format!("easy_install-{major}.{minor}"),
                ]
                .map(entry),
            ),
            name if is_versioned(name, "pip") || is_versioned(name, "easy_install-") => {}
            name => scripts.push(entry(name.to_owned())),
        }
    }
    scripts
}

fn is_versioned(name: &str, stem: &str) -> bool {
    name.strip_prefix(stem).is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    })
}

/// The script's text. `python` is the interpreter that its first line names.
pub(crate) fn render_script(entry: &EntryPoint, python: &Path, pip: PipVersion) -> Vec<u8> {
    render_in_style(entry, python, pip.script_style())
}

/// What Python is to run: the text without its first line.
pub(crate) fn script_code(entry: &EntryPoint, pip: PipVersion) -> String {
    render_body(entry, pip.script_style())
}

/// The text of a script that calls `target`, `demo.cli:main`, in a form for every Python.
pub(crate) fn script_for_target(target: &str, python: &Path) -> Option<Vec<u8>> {
    let (module, function) = target.split_once(':')?;
    let entry = EntryPoint {
        name: String::new(),
        module: module.trim().to_owned(),
        function: function.trim().to_owned(),
    };
    Some(render_in_style(&entry, python, ScriptStyle::WithSlice))
}

fn render_in_style(entry: &EntryPoint, python: &Path, form: ScriptStyle) -> Vec<u8> {
    let mut text = shebang_lines(python.as_os_str(), &[] as &[&OsStr]);
    text.extend_from_slice(render_body(entry, form).as_bytes());
    text
}

fn render_body(entry: &EntryPoint, form: ScriptStyle) -> String {
    let EntryPoint {
        module, function, ..
    } = entry;
    let import = function.split('.').next().unwrap_or(function);
    match form {
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

/// The first line; or, where a path is too long for one or holds a blank, three that sh and Python both
/// read (distlib's form). The path is quoted for sh, which distlib does not do: `$` and `;` stay plain.
pub(crate) fn shebang_lines(python: &OsStr, flags: &[impl AsRef<OsStr>]) -> Vec<u8> {
    let path = python.as_encoded_bytes();
    let spaced = |flag: &_| [b" ", AsRef::<OsStr>::as_ref(flag).as_encoded_bytes()].concat();
    let flags = flags.iter().map(spaced).collect::<Vec<_>>().concat();
    let length = path.len() + flags.len() + 3;
    if length <= MAX_SHEBANG_LEN && !path.iter().any(u8::is_ascii_whitespace) {
        return [b"#!", path, &flags, b"\n"].concat();
    }
    let plain = path
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(byte));
    let quoted = if plain {
        path.to_vec()
    } else {
        quote_shebang_path(path)
    };
    [
        b"#!/bin/sh\n'''exec' ",
        &quoted[..],
        &flags,
        b" \"$0\" \"$@\"\n' '''\n",
    ]
    .concat()
}

/// A path for sh, in a line that Python reads as a string between `'''`: within double quotes, as distlib has
/// it. A `$` or a backquote stands in single quotes between them, for Python warns of a backslash before it.
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

    #[test]
    fn pips_scripts_are_named_after_the_python_they_are_for() {
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
    fn a_first_line_is_plain_where_the_kernel_can_read_it() {
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
}
