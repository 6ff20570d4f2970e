//! What a person may ask of a new environment: the options of `python -m venv`, by their own names and with
//! their meaning (Lib/venv/__init__.py).

use std::path::Path;

use crate::os;

/// The options. By default, what first use makes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct VenvOptions {
    /// Whether the base interpreter's packages are seen too.
    pub system_site_packages: bool,
    /// How the environment comes by its Python.
    pub python_files: PythonFiles,
    /// What is installed to begin with.
    pub seed_packages: SeedPackages,
    /// What a shell's prompt is to show, as it was typed.
    pub prompt: Option<String>,
    /// Whether git is told to look away.
    pub ignore_file: IgnoreFile,
    /// What becomes of an environment that is there.
    pub if_exists: IfExists,
}

/// How an environment comes by its Python.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum PythonFiles {
    /// As is usual on this system.
    #[default]
    PlatformDefault,
    /// `--symlinks`
    Symlinks,
    /// `--copies`
    Copies,
}

/// What is installed to begin with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SeedPackages {
    /// What the base interpreter brings along.
    #[default]
    Bundled,
    /// The same, brought up to date from the index: `--upgrade-deps`.
    Upgraded,
    /// Nothing: `--without-pip`.
    Nothing,
}

/// Whether there is a `.gitignore`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum IgnoreFile {
    /// Unless there was one.
    #[default]
    Written,
    /// `--without-scm-ignore-files`
    Omitted,
}

/// What becomes of an environment that is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum IfExists {
    /// It is what was asked for.
    #[default]
    Keep,
    /// It makes room for a new one: `--clear`.
    Clear,
    /// It gets the base interpreter as it is now, and keeps its packages: `--upgrade`.
    Upgrade,
}

impl VenvOptions {
    /// Whether Python is copied, on this system.
    pub(crate) fn has_copied_python(&self) -> bool {
        match self.python_files {
            PythonFiles::PlatformDefault => !os::HAS_SYMLINKS,
            PythonFiles::Symlinks => false,
            PythonFiles::Copies => true,
        }
    }

    /// Whether pip is to be there.
    pub(crate) fn has_pip(&self) -> bool {
        self.seed_packages != SeedPackages::Nothing
    }

    /// The options as venv notes them in pyvenv.cfg's `command`: in its order, without those that are the
    /// system's usual way. `minor` is that of the base interpreter's version.
    pub(crate) fn command_options(&self, minor: u64) -> String {
        let prompt = self.prompt.as_ref();
        let prompt = prompt.map(|prompt| format!("--prompt=\"{prompt}\""));
        let unignored = self.ignore_file == IgnoreFile::Omitted && minor >= 13;
        let flags = [
            (self.has_copied_python() && os::HAS_SYMLINKS).then_some("--copies"),
            (!self.has_copied_python() && !os::HAS_SYMLINKS).then_some("--symlinks"),
            (!self.has_pip()).then_some("--without-pip"),
            self.system_site_packages
                .then_some("--system-site-packages"),
            (self.if_exists == IfExists::Clear).then_some("--clear"),
            (self.if_exists == IfExists::Upgrade).then_some("--upgrade"),
            (self.seed_packages == SeedPackages::Upgraded).then_some("--upgrade-deps"),
            prompt.as_deref(),
            unignored.then_some("--without-scm-ignore-files"),
        ];
        flags.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// What the prompt is to show: `.` means the working directory's name (bpo-38901, Python 3.9).
    pub(crate) fn resolve_prompt(&self, minor: u64, cwd: Option<&Path>) -> Option<String> {
        match self.prompt.as_deref() {
            Some(".") if minor >= 9 => cwd
                .and_then(Path::file_name)
                .map(|name| name.to_string_lossy().into_owned())
                .or(Some(String::new())),
            prompt => prompt.map(str::to_owned),
        }
    }
}

/// A text as Python's `repr()` writes it: what does not print is escaped (str.isprintable).
pub(super) fn python_repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut written = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            c if c == quote => written.extend(['\\', c]),
            c if is_printable(c) => written.push(c),
            c => match u32::from(c) {
                code @ ..=0xff => written.push_str(&format!("\\x{code:02x}")),
                code @ ..=0xffff => written.push_str(&format!("\\u{code:04x}")),
                code => written.push_str(&format!("\\U{code:08x}")),
            },
        }
    }
    written.push(quote);
    written
}

/// Rust escapes the same general categories for debugging as Python does, and at the start of a text also
/// what would join the quote before it.
fn is_printable(c: char) -> bool {
    let text = format!("x{c}");
    matches!(c, '"' | '\'') || text.escape_debug().count() == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_is_written_as_python_writes_it() {
        for (text, written) in [
            ("my env", "'my env'"),
            (r#"it's "q" $X"#, r#"'it\'s "q" $X'"#),
            ("it's", "\"it's\""),
            ("a\\b\tc", r"'a\\b\tc'"),
            ("é€🐍e\u{301}", "'é€🐍e\u{301}'"),
            ("\u{a0}\u{200b}\u{e000}\u{7f}", r"'\xa0\u200b\ue000\x7f'"),
        ] {
            assert_eq!(python_repr(text), written);
        }
    }

    #[test]
    fn options_are_noted_in_venvs_order() {
        let all = VenvOptions {
            system_site_packages: true,
            seed_packages: SeedPackages::Nothing,
            prompt: Some("a \"b\"".into()),
            ignore_file: IgnoreFile::Omitted,
            if_exists: IfExists::Clear,
            ..VenvOptions::default()
        };
        let noted = "--without-pip --system-site-packages --clear --prompt=\"a \"b\"\"";
        assert_eq!(all.command_options(12), noted);
        assert_eq!(
            all.command_options(13),
            format!("{noted} --without-scm-ignore-files")
        );
        assert_eq!(VenvOptions::default().command_options(13), "");
    }

    #[test]
    fn a_dot_as_prompt_is_the_working_directorys_name() {
        let options = VenvOptions {
            prompt: Some(".".into()),
            ..VenvOptions::default()
        };
        let shown = |minor| options.resolve_prompt(minor, Some(Path::new("/home/ada/app")));
        assert_eq!(shown(13).as_deref(), Some("app"));
        assert_eq!(shown(8).as_deref(), Some("."));
    }
}
