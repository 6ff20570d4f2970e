//! Where `--export` writes to: a shell, a `.env` file, or GitHub Actions.

/// Who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A shell.
    Shell(ExportShell),
    /// Editors and python-dotenv, in a file.
    Dotenv,
    /// GitHub Actions, in the files that it names.
    GitHub,
}

/// What a shell reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExportShell {
    /// sh, bash, zsh.
    Posix,
    /// fish 3 and later.
    Fish,
    /// PowerShell and Windows PowerShell.
    PowerShell,
    /// cmd.exe.
    Cmd,
}
