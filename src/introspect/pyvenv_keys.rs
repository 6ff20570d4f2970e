//! pyvenv.cfg as Python's own readers take it: lines with a `=`, the key before the first one, in any case.
//!
//! `venv::Cfg` is for vrun; what site.py and getpath.py look at differs in which of two values counts and in what ends
//! a line.

use super::posixpath::strip;

/// The first value of that key, lines ended by LF (getpath.py).
pub(super) fn first_value(cfg: &[u8], key: &str) -> Option<String> {
    values(cfg, key, &['\n']).into_iter().next()
}

/// The last value of that key, lines ended as in any text file (site.py).
pub(super) fn last_value(cfg: &[u8], key: &str) -> Option<String> {
    values(cfg, key, &['\n', '\r']).pop()
}

fn values(cfg: &[u8], key: &str, ends: &[char]) -> Vec<String> {
    let text = String::from_utf8_lossy(cfg);
    let pairs = text.split(ends).filter_map(|line| line.split_once('='));
    let of_key = pairs.filter(|(known, _)| strip(known).to_lowercase() == key);
    of_key.map(|(_, value)| strip(value).to_owned()).collect()
}

/// `home` as getpath.c reads it: the key as it stands, spaces around the `=`, a line with its end.
pub(super) fn getpath_c_home(cfg: &[u8]) -> Option<Vec<u8>> {
    for line in cfg.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n")?;
        let is_gap = |byte: &u8| b" \t".contains(byte);
        let start = line.iter().position(|byte| !b" \t\r".contains(byte));
        let Some(rest) = start.map(|at| &line[at..]) else {
            continue;
        };
        let Some(rest) = rest
            .strip_prefix(b"home")
            .filter(|rest| rest.first().is_some_and(is_gap))
        else {
            continue;
        };
        let start = rest
            .iter()
            .position(|byte| !is_gap(byte))
            .unwrap_or(rest.len());
        // One more gap ends the `=`; what follows it is the value, spaces and all.
        let Some([gap, value @ ..]) = rest[start..].strip_prefix(b"=") else {
            continue;
        };
        let value = value.strip_suffix(b"\r").unwrap_or(value);
        if is_gap(gap) && !value.is_empty() {
            return Some(value.to_vec());
        }
    }
    None
}

/// `home` as PyPy reads it (`find_pyvenv_cfg` of initpath.py): the key as it stands, spaces alone around it, a line
/// however it ends. An empty one is none, and no later one counts.
pub(super) fn pypy_home(cfg: &[u8]) -> Option<Vec<u8>> {
    let mut lines = cfg.split(|byte| b"\r\n".contains(byte));
    let value = lines.find_map(|line| {
        let rest = trim_start_spaces(line).strip_prefix(b"home")?;
        trim_start_spaces(rest).strip_prefix(b"=")
    })?;
    let value = value.trim_ascii();
    (!value.is_empty()).then(|| value.to_vec())
}

fn trim_start_spaces(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| *byte != b' ');
    &text[start.unwrap_or(text.len())..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_is_read_by_each_reader_as_it_does() {
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
            let read = |home: Option<Vec<u8>>| {
                home.map_or("-".into(), |home| {
                    String::from_utf8_lossy(&home).into_owned()
                })
            };
            assert_eq!(read(getpath_c_home(text.as_bytes())), old, "{text:?}");
            let of_getpath = first_value(text.as_bytes(), "home").map(String::into_bytes);
            assert_eq!(read(of_getpath), new, "{text:?}");
            assert_eq!(read(pypy_home(text.as_bytes())), pypy, "{text:?}");
        }
    }
}
