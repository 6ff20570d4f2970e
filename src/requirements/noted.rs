//! What is known of an environment's requirements -> the text of a file, and back.
//!
//! A line for each thing. Paths below the directory that holds the environment are written from there, so that a
//! project which is moved takes what is known of it along.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::os;

use super::state::{Known, Stamp, Standing, State, Told};

/// The first line: another one is another vrun's.
const FORMAT: &str = "vrun-requirements 1";

/// The file's text, for the environment at `root`.
pub fn text(state: &State, root: &Path) -> String {
    let at = |path: &Path| written(path, root);
    let mut lines = vec![FORMAT.to_owned()];
    lines.push(match &state.standing {
        Standing::Unfinished => "unfinished".into(),
        Standing::Done => "done".into(),
        Standing::Refused(why) => format!("refused {}", escaped(why.as_bytes())),
    });
    lines.push(format!("python {}", state.python));
    lines.push(format!("project {}", at(&state.project)));
    let by = if state.is_named { "named" } else { "source" };
    lines.push(format!("{by} {}", at(&state.source)));
    for Known { path, seen } in &state.files {
        lines.push(match seen {
            None => format!("none {}", at(path)),
            Some((stamp, digest)) => {
                let Stamp {
                    size,
                    modified,
                    inode,
                } = stamp;
                format!("file {size} {modified} {inode} {digest} {}", at(path))
            }
        });
    }
    if let Some(Told { change, sessions }) = &state.told {
        let sessions: String = sessions.iter().map(|id| format!(" {id}")).collect();
        lines.push(format!("told {change}{sessions}"));
    }
    lines.join("\n") + "\n"
}

/// The same read again; None where it is none.
pub fn parse(text: &str, root: &Path) -> Option<State> {
    let mut lines = text.lines();
    lines.next().filter(|line| *line == FORMAT)?;
    let mut state = State {
        standing: Standing::Unfinished,
        source: PathBuf::new(),
        is_named: false,
        project: PathBuf::new(),
        python: String::new(),
        files: Vec::new(),
        told: None,
    };
    for line in lines {
        let (key, value) = line.split_once(' ').unwrap_or((line, ""));
        match key {
            "done" => state.standing = Standing::Done,
            "refused" => {
                let why = String::from_utf8_lossy(&unescaped(value)).into_owned();
                state.standing = Standing::Refused(why);
            }
            "python" => state.python = value.to_owned(),
            "project" => state.project = read(value, root)?,
            "source" | "named" => {
                state.is_named = key == "named";
                state.source = read(value, root)?;
            }
            "none" | "file" => state.files.push(known(key, value, root)?),
            "told" => {
                let mut words = value.split(' ');
                state.told = Some(Told {
                    change: words.next()?.to_owned(),
                    sessions: words.filter_map(|word| word.parse().ok()).collect(),
                });
            }
            _ => {}
        }
    }
    Some(state).filter(|state| state.source != Path::new(""))
}

fn known(key: &str, value: &str, root: &Path) -> Option<Known> {
    if key == "none" {
        let path = read(value, root)?;
        return Some(Known { path, seen: None });
    }
    let mut words = value.splitn(5, ' ');
    let stamp = Stamp {
        size: words.next()?.parse().ok()?,
        modified: words.next()?.parse().ok()?,
        inode: words.next()?.parse().ok()?,
    };
    let digest = words.next()?.to_owned();
    Some(Known {
        path: read(words.next()?, root)?,
        seen: Some((stamp, digest)),
    })
}

/// `../requirements.txt` for what lies beside the environment, else the path as it is.
fn written(path: &Path, root: &Path) -> String {
    let beside = root
        .parent()
        .and_then(|parent| path.strip_prefix(parent).ok());
    match beside {
        Some(rest) => format!("../{}", escaped(rest.as_os_str().as_encoded_bytes())),
        None => escaped(path.as_os_str().as_encoded_bytes()),
    }
}

fn read(text: &str, root: &Path) -> Option<PathBuf> {
    let (text, parent) = match text.strip_prefix("../") {
        Some(rest) => (rest, root.parent()),
        None => (text, None),
    };
    let path: OsString = os::text(unescaped(text))?;
    Some(match parent {
        // Without the separator that joining nothing would add.
        Some(parent) if path.is_empty() => parent.to_owned(),
        Some(parent) => parent.join(path),
        None => path.into(),
    })
}

/// One line of plain text, whatever bytes there are.
fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'%' | ..b' ' | 0x7f.. => text.push_str(&format!("%{byte:02x}")),
            byte => text.push(char::from(*byte)),
        }
    }
    text
}

fn unescaped(text: &str) -> Vec<u8> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at_checked(2).unwrap_or(("", part));
        bytes.extend(u8::from_str_radix(code, 16));
        bytes.extend_from_slice(rest.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(root: &Path) -> State {
        let project = root.parent().expect("a parent").to_owned();
        let stamp = Stamp {
            size: 7,
            modified: -1,
            inode: 9,
        };
        State {
            standing: Standing::Refused("100% no\nway é".into()),
            source: project.join("re quire\nments.txt"),
            is_named: true,
            files: vec![
                Known {
                    path: project.join("pylock.toml"),
                    seen: None,
                },
                Known {
                    path: "/etc/pip constraints.txt".into(),
                    seen: Some((stamp, "ab12".into())),
                },
            ],
            project,
            python: "3.12".into(),
            told: Some(Told {
                change: "cd34".into(),
                sessions: vec![1, 2],
            }),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let root = Path::new("/home/ada/app/.venv");
        let state = state(root);
        assert_eq!(parse(&text(&state, root), root), Some(state));
        assert_eq!(parse("", root), None);
        assert_eq!(
            parse("vrun-requirements 2\ndone\nsource ../x\n", root),
            None
        );
    }

    #[test]
    fn a_project_that_moves_takes_it_along() {
        let (old, new) = (Path::new("/old/.venv"), Path::new("/new/place/.venv"));
        let moved = parse(&text(&state(old), old), new).expect("a state");
        assert_eq!(moved.project, Path::new("/new/place"));
        assert_eq!(moved.files[0].path, Path::new("/new/place/pylock.toml"));
        assert_eq!(moved.files[1].path, Path::new("/etc/pip constraints.txt"));
    }
}
