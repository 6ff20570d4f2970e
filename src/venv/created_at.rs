//! The command in pyvenv.cfg that created the environment -> where that was. Python ignores it, so an environment
//! that was moved or copied still runs.

use std::path::{Path, PathBuf};

use crate::os;

use super::pyvenv_cfg::PyvenvCfg;

/// Where the environment was created, as far as pyvenv.cfg says.
pub(crate) fn created_path(cfg: &PyvenvCfg) -> Option<PathBuf> {
    let (_, mut rest) = cfg.command.as_deref()?.split_once(" -m venv ")?;
    // venv quotes the prompt but escapes nothing in it (EnvBuilder.create_configuration); the path comes last,
    // unquoted.
    if rest.contains("--prompt=\"") {
        rest = rest.rsplit_once("\" ")?.1;
    }
    while let Some((option, after)) = rest.split_once(' ')
        && option.starts_with("--")
    {
        rest = after;
    }
    Some(PathBuf::from(rest)).filter(|path| path.is_absolute())
}

/// Where the environment at `root` was created, if that is a different path. Nearly always the text alone shows that it
/// is the same, and the file system is not asked.
pub(crate) fn relocated_from(root: &Path, cfg: &PyvenvCfg) -> Option<PathBuf> {
    let command = cfg.command.as_deref()?;
    let before = root.to_str().and_then(|root| command.strip_suffix(root));
    if before.is_some_and(|before| before.ends_with(' ')) {
        return None;
    }
    created_path(cfg).filter(|path| path != root && !os::is_same_file(path, root))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_command(command: &str) -> PyvenvCfg {
        PyvenvCfg {
            command: Some(command.to_owned()),
            ..PyvenvCfg::default()
        }
    }

    #[test]
    fn the_path_comes_last_after_any_options() {
        for (options, path) in [
            ("/usr/bin/python3 -m venv ", "/a/.venv"),
            ("/my pythons/python3 -m venv ", "/my app/.venv"),
            (
                "/p -m venv --copies --clear --without-scm-ignore-files ",
                "/a b/c",
            ),
            ("/p -m venv --prompt=\"it's /x --y\" ", "/a/.venv"),
            ("/p -m venv --prompt=\"a \" /b\" --upgrade ", "/a/.venv"),
            ("/p -m venv ", "/a --b/.venv"),
        ] {
            // Windows has no absolute path without a drive.
            let drive = match Path::new(path).is_absolute() {
                true => "",
                false => "C:",
            };
            let path = format!("{drive}{path}");
            let cfg = with_command(&format!("{options}{path}"));
            assert_eq!(created_path(&cfg), Some(path.into()), "{cfg:?}");
        }
        for command in ["/p -m venv .venv", "/p -m venv", "uv venv /a/.venv", ""] {
            assert_eq!(created_path(&with_command(command)), None, "{command}");
        }
    }

    #[test]
    fn another_spelling_of_the_same_path_is_not_a_move() {
        let dir = tempfile::tempdir().expect("a directory");
        let root = dir.path().join("my app/.venv");
        std::fs::create_dir_all(&root).expect("a directory");
        let text = root.to_str().expect("UTF-8");
        let (_, name) = text.rsplit_once('/').unwrap_or_default();
        let cfg = |path: &str| with_command(&format!("/p -m venv {path}"));
        for end in ["", "/", &format!("/../{name}")] {
            let same = format!("{text}{end}");
            assert_eq!(relocated_from(&root, &cfg(&same)), None, "{same}");
        }
        let old = format!("{text}.old");
        assert_eq!(relocated_from(&root, &cfg(&old)), Some(old.into()));
    }
}
