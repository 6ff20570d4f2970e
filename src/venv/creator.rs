//! pyvenv.cfg -> who made the environment: each maker leaves a key of its own there, but for venv, which leaves its
//! command line or, before Python 3.11, nothing more than what all write.

/// Who made an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Creator {
    /// `vrun`, `uv`, `virtualenv`, `venv`.
    pub name: &'static str,
    /// Its version, where it says so; venv's is its Python's.
    pub version: Option<String>,
}

/// The maker, by the bytes of pyvenv.cfg; None where nothing tells.
pub(crate) fn detect_creator(cfg: &[u8]) -> Option<Creator> {
    let text = String::from_utf8_lossy(cfg);
    let value = |name: &str| {
        let mut pairs = text.lines().filter_map(|line| line.split_once('='));
        let found = pairs.find(|(key, _)| key.trim().eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim().to_owned())
    };
    let signed = ["vrun", "uv", "virtualenv"];
    let signed = signed.into_iter().find_map(|name| {
        let version = value(name)?;
        Some(Creator {
            name,
            version: Some(version).filter(|version| !version.is_empty()),
        })
    });
    let by_command = || value("command").is_some_and(|command| command.contains(" -m venv "));
    let by_keys = || value("version").is_some() && value("implementation").is_none();
    signed.or_else(|| {
        (by_command() || by_keys()).then_some(Creator {
            name: "venv",
            version: None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_maker_is_known_by_its_key() {
        for (cfg, name, version) in [
            ("home = /usr/bin\nversion = 3.9.2\n", Some("venv"), None),
            (
                "home = /x\ncommand = /x/python3 -m venv /e\n",
                Some("venv"),
                None,
            ),
            (
                "home = /x\nimplementation = CPython\nuv = 0.8.1\n",
                Some("uv"),
                Some("0.8.1"),
            ),
            (
                "implementation = CPython\nvirtualenv = 20.26\n",
                Some("virtualenv"),
                Some("20.26"),
            ),
            (
                "version = 3.13.0\nvrun = 0.1.0\n",
                Some("vrun"),
                Some("0.1.0"),
            ),
            ("home = /x\n", None, None),
        ] {
            let told = detect_creator(cfg.as_bytes());
            assert_eq!(told.as_ref().map(|maker| maker.name), name, "{cfg}");
            assert_eq!(
                told.and_then(|maker| maker.version).as_deref(),
                version,
                "{cfg}"
            );
        }
    }
}
