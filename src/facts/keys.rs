//! pyvenv.cfg as Python's own readers take it: lines with a `=`, the key before the first one, in any case.
//!
//! `venv::Cfg` is for vrun; what site.py and getpath.py look at differs in which of two values counts and in what ends
//! a line.

use super::text::strip;

/// The first value of that key, lines ended by LF (getpath.py).
pub fn first(cfg: &[u8], key: &str) -> Option<String> {
    values(cfg, key, &['\n']).into_iter().next()
}

/// The last value of that key, lines ended as in any text file (site.py).
pub fn last(cfg: &[u8], key: &str) -> Option<String> {
    values(cfg, key, &['\n', '\r']).pop()
}

fn values(cfg: &[u8], key: &str, ends: &[char]) -> Vec<String> {
    let text = String::from_utf8_lossy(cfg);
    let pairs = text.split(ends).filter_map(|line| line.split_once('='));
    let of_key = pairs.filter(|(known, _)| strip(known).to_lowercase() == key);
    of_key.map(|(_, value)| strip(value).to_owned()).collect()
}

/// `home` as getpath.c reads it: the key as it stands, spaces around the `=`, a line with its end.
pub fn plain_home(cfg: &[u8]) -> Option<Vec<u8>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_is_read_by_each_reader_as_it_does() {
        for (text, old, new) in [
            ("home = /usr/bin\n", Some("/usr/bin"), Some("/usr/bin")),
            ("home = /usr/bin", None, Some("/usr/bin")),
            ("home=/usr/bin\n", None, Some("/usr/bin")),
            ("HOME = /usr/bin\n", None, Some("/usr/bin")),
            ("  home = /usr/bin\r\n", Some("/usr/bin"), Some("/usr/bin")),
            ("home =  /usr bin \n", Some(" /usr bin "), Some("/usr bin")),
            ("home = /a\nhome = /b\n", Some("/a"), Some("/a")),
            ("#home = /a\nhome = /b\n", Some("/b"), Some("/b")),
            ("homes = /a\n", None, None),
            ("home = \n", None, Some("")),
            ("x = 1\nhome = /a\n", Some("/a"), Some("/a")),
        ] {
            let read = |home: Option<Vec<u8>>| {
                home.map(|home| String::from_utf8_lossy(&home).into_owned())
            };
            assert_eq!(
                read(plain_home(text.as_bytes())).as_deref(),
                old,
                "{text:?}"
            );
            assert_eq!(first(text.as_bytes(), "home").as_deref(), new, "{text:?}");
        }
    }
}
