//! What pyvenv.cfg says of the command that made the environment -> where that was. Python itself looks at none of
//! it, so where it names another place the environment was moved or copied, and Python runs all the same.

use std::path::{Path, PathBuf};

use crate::os;

use super::pyvenv_cfg::PyvenvCfg;

/// Where the environment was made, as far as pyvenv.cfg says.
pub(crate) fn created_path(cfg: &PyvenvCfg) -> Option<PathBuf> {
    let (_, mut rest) = cfg.command.as_deref()?.split_once(" -m venv ")?;
    // venv quotes the prompt, and nothing in it (EnvBuilder.create_configuration); the place comes last, as it is.
    if rest.contains("--prompt=\"") {
        rest = rest.rsplit_once("\" ")?.1;
    }
    while let Some((_, more)) = rest
        .split_once(' ')
        .filter(|(word, _)| word.starts_with("--"))
    {
        rest = more;
    }
    Some(PathBuf::from(rest)).filter(|place| place.is_absolute())
}

/// Where the environment at `root` was made, if that is another place by any spelling. Where the text alone says that
/// it is this one, as nearly always, nothing is asked of the system.
pub(crate) fn relocated_from(root: &Path, cfg: &PyvenvCfg) -> Option<PathBuf> {
    let command = cfg.command.as_deref()?;
    let before = root.to_str().and_then(|root| command.strip_suffix(root));
    if before.is_some_and(|before| before.ends_with(' ')) {
        return None;
    }
    created_path(cfg).filter(|place| place != root && !os::is_same_file(place, root))
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
    fn the_place_comes_last_whatever_was_asked_of_venv() {
        for (command, place) in [
            ("/usr/bin/python3 -m venv /a/.venv", "/a/.venv"),
            ("/my pythons/python3 -m venv /my app/.venv", "/my app/.venv"),
            (
                "/p -m venv --copies --clear --without-scm-ignore-files /a b/c",
                "/a b/c",
            ),
            ("/p -m venv --prompt=\"it's /x --y\" /a/.venv", "/a/.venv"),
            (
                "/p -m venv --prompt=\"a \" /b\" --upgrade /a/.venv",
                "/a/.venv",
            ),
            ("/p -m venv /a --b/.venv", "/a --b/.venv"),
        ] {
            // Windows has no absolute path without a drive.
            let drive = if Path::new(place).is_absolute() {
                ""
            } else {
                "C:"
            };
            let (start, _) = command.split_at(command.len() - place.len());
            let (command, place) = (format!("{start}{drive}{place}"), format!("{drive}{place}"));
            assert_eq!(
                created_path(&with_command(&command)),
                Some(place.into()),
                "{command}"
            );
        }
        for command in ["/p -m venv .venv", "/p -m venv", "uv venv /a/.venv", ""] {
            assert_eq!(created_path(&with_command(command)), None, "{command}");
        }
    }

    #[test]
    fn the_same_place_by_another_spelling_is_no_other() {
        let dir = tempfile::tempdir().expect("a directory");
        let root = dir.path().join("my app/.venv");
        std::fs::create_dir_all(&root).expect("a directory");
        let text = root.to_str().expect("UTF-8");
        let (_, name) = text.rsplit_once('/').unwrap_or_default();
        for spelt in [
            text.to_owned(),
            format!("{text}/"),
            format!("{text}/../{name}"),
        ] {
            let cfg = with_command(&format!("/p -m venv {spelt}"));
            assert_eq!(relocated_from(&root, &cfg), None, "{spelt}");
        }
        let old = format!("{text}.old");
        let cfg = with_command(&format!("/p -m venv {old}"));
        assert_eq!(relocated_from(&root, &cfg), Some(old.into()));
    }
}
