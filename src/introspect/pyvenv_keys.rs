//! pyvenv.cfg as Python's own readers take it: lines with a `=`, the key before the first one, in any case.
//!
//! They differ in which of two values is used and in what ends a line; `venv::PyvenvCfg` is how vrun reads it.

use super::posixpath::strip;

/// The first value of `key`; lines end with LF (getpath.py).
pub(super) fn first_value(cfg: &[u8], key: &str) -> Option<String> {
    values(cfg, key, &['\n']).into_iter().next()
}

/// The last value of `key`; lines end as in any text file (site.py).
pub(super) fn last_value(cfg: &[u8], key: &str) -> Option<String> {
    values(cfg, key, &['\n', '\r']).pop()
}

fn values(cfg: &[u8], key: &str, ends: &[char]) -> Vec<String> {
    let text = String::from_utf8_lossy(cfg);
    let pairs = text.split(ends).filter_map(|line| line.split_once('='));
    let of_key = pairs.filter(|(known, _)| strip(known).to_lowercase() == key);
    of_key.map(|(_, value)| strip(value).to_owned()).collect()
}

/// `home` as getpath.c reads it: the key in this case only, blanks around the `=`, a line with its end.
pub(super) fn getpath_c_home(cfg: &[u8]) -> Option<Vec<u8>> {
    for line in cfg.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n")?;
        let is_gap = |byte: &u8| b" \t".contains(byte);
        // One more blank ends the `=`; the value follows, spaces and all.
        if let Some(rest) = trim_start(line, b" \t\r").strip_prefix(b"home")
            && rest.first().is_some_and(is_gap)
            && let Some([gap, value @ ..]) = trim_start(rest, b" \t").strip_prefix(b"=")
            && let value = value.strip_suffix(b"\r").unwrap_or(value)
            && is_gap(gap)
            && !value.is_empty()
        {
            return Some(value.to_vec());
        }
    }
    None
}

/// `home` as PyPy reads it (`find_pyvenv_cfg` of initpath.py): the key in this case only, only spaces around it, a line
/// however it ends. Only the first one is used, and an empty one is ignored.
pub(super) fn pypy_home(cfg: &[u8]) -> Option<Vec<u8>> {
    let mut lines = cfg.split(|byte| b"\r\n".contains(byte));
    let value = lines.find_map(|line| {
        let rest = trim_start(line, b" ").strip_prefix(b"home")?;
        trim_start(rest, b" ").strip_prefix(b"=")
    })?;
    let value = value.trim_ascii();
    (!value.is_empty()).then(|| value.to_vec())
}

fn trim_start<'a>(text: &'a [u8], spaces: &[u8]) -> &'a [u8] {
    let start = text.iter().position(|byte| !spaces.contains(byte));
    &text[start.unwrap_or(text.len())..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;

    #[test]
    fn each_reader_reads_home_in_its_own_way() {
        for (text, old, new, pypy) in [
            ("home = /usr/bin\n", "/usr/bin", "/usr/bin", "/usr/bin"),
            ("home = /usr/bin", "-", "/usr/bin", "/usr/bin"),
            ("home=/usr/bin\n", "-", "/usr/bin", "/usr/bin"),
            ("HOME = /usr/bin\n", "-", "/usr/bin", "-"),
            ("  home = /usr/bin\r\n", "/usr/bin", "/usr/bin", "/usr/bin"),
            ("home =  /usr bin \n", " /usr bin ", "/usr bin", "/usr bin"),
            ("home\t= /usr/bin\n", "/usr/bin", "/usr/bin", "-"),
            ("home = /a\nhome = /b\n", "/a", "/a", "/a"),
            ("#home = /a\nhome = /b\n", "/b", "/b", "/b"),
            ("x = 1\rhome = /a\r", "-", "-", "/a"),
            ("homes = /a\n", "-", "-", "-"),
            ("home = \n", "-", "", "-"),
            ("home = \nhome = /a\n", "/a", "", "-"),
            ("x = 1\nhome = /a\n", "/a", "/a", "/a"),
        ] {
            let cfg = text.as_bytes();
            let by_getpath_py = first_value(cfg, "home").map(String::into_bytes);
            let homes = [getpath_c_home(cfg), by_getpath_py, pypy_home(cfg)];
            let homes = homes.map(|home| home.unwrap_or(b"-".into()));
            assert_eq!(homes, [old, new, pypy].map(str::as_bytes), "{text:?}");
        }
    }

    #[test]
    fn any_pyvenv_cfg_is_read() {
        fuzz("pyvenv_cfg", 3000, |bytes| {
            let home = first_value(bytes, "home").map(String::into_bytes);
            let _ = [home, getpath_c_home(bytes), pypy_home(bytes)];
            let _ = last_value(bytes, "include-system-site-packages");
        });
    }
}
