//! pyvenv.cfg -> the tool that created the environment. Each tool writes a key with its name, except venv, which writes
//! its command line or, before Python 3.11, only the keys that all tools write.

use super::pyvenv_cfg::entries;

/// The tool that created an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Creator {
    /// `vrun`, `uv`, `virtualenv`, `venv`.
    pub name: &'static str,
    /// Its version, if pyvenv.cfg says. None for venv, which has the version of its Python.
    pub version: Option<String>,
}

/// The creator by the bytes of pyvenv.cfg; None if they do not show it.
pub(crate) fn detect_creator(cfg: &[u8]) -> Option<Creator> {
    let text = String::from_utf8_lossy(cfg);
    let value = |name: &str| {
        let mut entries = entries(&text);
        Some(entries.find(|(key, _)| key.eq_ignore_ascii_case(name))?.1)
    };
    for name in ["vrun", "uv", "virtualenv"] {
        if let Some(version) = value(name) {
            let version = Some(version.to_owned()).filter(|version| !version.is_empty());
            return Some(Creator { name, version });
        }
    }
    let has_command = value("command").is_some_and(|command| command.contains(" -m venv "));
    let has_venv_keys = || value("version").is_some() && value("implementation").is_none();
    (has_command || has_venv_keys()).then_some(Creator {
        name: "venv",
        version: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_creator_is_known_by_its_key() {
        for (creator, version, cfg) in [
            ("venv", None, "home = /usr/bin\nversion = 3.9.2\n"),
            ("venv", None, "command = /x/python3 -m venv /e\n"),
            ("uv", Some("0.8.1"), "implementation = x\nuv = 0.8.1\n"),
            ("virtualenv", Some("20.26"), "virtualenv = 20.26\n"),
            ("vrun", Some("0.1.0"), "version = 3.13\nvrun = 0.1.0\n"),
        ] {
            let found = detect_creator(cfg.as_bytes()).expect("a creator");
            assert_eq!((found.name, found.version.as_deref()), (creator, version));
        }
        assert_eq!(detect_creator(b"home = /x\n"), None);
    }
}
