//! The options of a new environment: those of `python -m venv`, with its names and meaning (Lib/venv/__init__.py).

use std::path::Path;

use crate::os;

/// By default, what first use creates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct VenvOptions {
    /// Whether the base interpreter's packages can be imported too.
    pub system_site_packages: bool,
    pub python_files: PythonFiles,
    pub seed_packages: SeedPackages,
    /// The shell's prompt, as it was typed.
    pub prompt: Option<String>,
    pub ignore_file: IgnoreFile,
    pub if_exists: IfExists,
}

/// How Python gets into the environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum PythonFiles {
    #[default]
    PlatformDefault,
    /// `--symlinks`
    Symlinks,
    /// `--copies`
    Copies,
}

/// The packages that an environment starts with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SeedPackages {
    /// Those that the base interpreter bundles.
    #[default]
    Bundled,
    /// The same, upgraded from the index: `--upgrade-deps`.
    Upgraded,
    /// `--without-pip`
    Nothing,
}

/// Whether a `.gitignore` is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum IgnoreFile {
    /// Unless there is one.
    #[default]
    Written,
    /// `--without-scm-ignore-files`
    Omitted,
}

/// What happens to an existing environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum IfExists {
    /// It is used.
    #[default]
    Keep,
    /// A new one replaces it: `--clear`.
    Clear,
    /// It is adapted to the current version of its base interpreter, and keeps its packages: `--upgrade`.
    Upgrade,
}

impl VenvOptions {
    pub(crate) fn has_copied_python(&self) -> bool {
        match self.python_files {
            PythonFiles::PlatformDefault => !os::HAS_SYMLINKS,
            PythonFiles::Symlinks => false,
            PythonFiles::Copies => true,
        }
    }

    pub(crate) fn has_pip(&self) -> bool {
        self.seed_packages != SeedPackages::Nothing
    }

    /// The options as venv records them in pyvenv.cfg's `command`: in its order, without the system's defaults. `minor`
    /// belongs to the version of the base interpreter.
    pub(super) fn command_options(&self, minor: u64) -> String {
        let prompt = self.prompt.as_ref();
        let prompt = prompt.map(|prompt| format!("--prompt=\"{prompt}\""));
        let unignored = self.ignore_file == IgnoreFile::Omitted && minor >= 13;
        let copies = self.has_copied_python();
        let flags = [
            (copies && os::HAS_SYMLINKS).then_some("--copies"),
            (!copies && !os::HAS_SYMLINKS).then_some("--symlinks"),
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

    /// The prompt to show: `.` means the working directory's name (bpo-38901, Python 3.9).
    pub(super) fn resolve_prompt(&self, minor: u64, cwd: Option<&Path>) -> Option<String> {
        match self.prompt.as_deref() {
            Some(".") if minor >= 9 => {
                let name = cwd.and_then(Path::file_name).unwrap_or_default();
                Some(name.to_string_lossy().into_owned())
            }
            prompt => prompt.map(str::to_owned),
        }
    }
}

/// A text as Python's `repr()` writes it: what is not printable is escaped (str.isprintable).
pub(super) fn python_repr(text: &str) -> String {
    let quote = match text.contains('\'') && !text.contains('"') {
        true => '"',
        false => '\'',
    };
    let mut written = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' | '\n' | '\r' | '\t' => written.extend(c.escape_default()),
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

/// Rust's debug output escapes the same general categories as Python does, and at the start of a text also characters
/// that would combine with the quote before.
fn is_printable(c: char) -> bool {
    let text = format!("x{c}");
    matches!(c, '"' | '\'') || text.escape_debug().count() == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_is_written_as_by_pythons_repr() {
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
    fn options_are_recorded_in_venvs_order() {
        let all = VenvOptions {
            system_site_packages: true,
            seed_packages: SeedPackages::Nothing,
            prompt: Some("a \"b\"".into()),
            ignore_file: IgnoreFile::Omitted,
            if_exists: IfExists::Clear,
            ..VenvOptions::default()
        };
        let recorded = "--without-pip --system-site-packages --clear --prompt=\"a \"b\"\"";
        assert_eq!(all.command_options(12), recorded);
        assert_eq!(
            all.command_options(13),
            format!("{recorded} --without-scm-ignore-files")
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
