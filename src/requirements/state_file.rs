//! What is known of an environment's requirements -> the text of a file, and back.
//!
//! A line for each thing. Paths below the directory that holds the environment are written from there, so that a
//! project which is moved takes what is known of it along.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::os;

use super::state::{FileStamp, InstallState, NotifiedSessions, Status, TrackedFile};

/// The first line: another one is another vrun's.
const FORMAT_LINE: &str = "vrun-requirements 1";

/// The file's text, for the environment at `root`.
pub(super) fn serialize_state(state: &InstallState, root: &Path) -> String {
    let at = |path: &Path| format_path(path, root);
    let mut lines = vec![FORMAT_LINE.to_owned()];
    lines.push(match &state.status {
        Status::Unfinished => "unfinished".into(),
        Status::Done => "done".into(),
        Status::Failed(why) => format!("refused {}", percent_encode(why.as_bytes())),
    });
    lines.push(format!("python {}", state.python_version));
    lines.push(format!("project {}", at(&state.project)));
    let by = if state.is_explicit { "named" } else { "source" };
    lines.push(format!("{by} {}", at(&state.source)));
    for TrackedFile {
        path,
        fingerprint: seen,
    } in &state.files
    {
        lines.push(match seen {
            None => format!("none {}", at(path)),
            Some((stamp, digest)) => {
                let FileStamp {
                    size,
                    modified,
                    inode,
                } = stamp;
                format!("file {size} {modified} {inode} {digest} {}", at(path))
            }
        });
    }
    if let Some(NotifiedSessions {
        change_id: change,
        sessions,
    }) = &state.notified
    {
        let sessions: String = sessions.iter().map(|id| format!(" {id}")).collect();
        lines.push(format!("told {change}{sessions}"));
    }
    lines.join("\n") + "\n"
}

/// The same read again; None where it is none.
pub(super) fn parse_state(text: &str, root: &Path) -> Option<InstallState> {
    let mut lines = text.lines();
    lines.next().filter(|line| *line == FORMAT_LINE)?;
    let mut state = InstallState {
        status: Status::Unfinished,
        source: PathBuf::new(),
        is_explicit: false,
        project: PathBuf::new(),
        python_version: String::new(),
        files: Vec::new(),
        notified: None,
    };
    for line in lines {
        let (key, value) = line.split_once(' ').unwrap_or((line, ""));
        match key {
            "done" => state.status = Status::Done,
            "refused" => {
                let why = String::from_utf8_lossy(&percent_decode(value)).into_owned();
                state.status = Status::Failed(why);
            }
            "python" => state.python_version = value.to_owned(),
            "project" => state.project = parse_path(value, root)?,
            "source" | "named" => {
                state.is_explicit = key == "named";
                state.source = parse_path(value, root)?;
            }
            "none" | "file" => state.files.push(parse_tracked_file(key, value, root)?),
            "told" => {
                let mut words = value.split(' ');
                state.notified = Some(NotifiedSessions {
                    change_id: words.next()?.to_owned(),
                    sessions: words.filter_map(|word| word.parse().ok()).collect(),
                });
            }
            _ => {}
        }
    }
    Some(state).filter(|state| state.source != Path::new(""))
}

fn parse_tracked_file(key: &str, value: &str, root: &Path) -> Option<TrackedFile> {
    if key == "none" {
        let path = parse_path(value, root)?;
        return Some(TrackedFile {
            path,
            fingerprint: None,
        });
    }
    let mut words = value.splitn(5, ' ');
    let stamp = FileStamp {
        size: words.next()?.parse().ok()?,
        modified: words.next()?.parse().ok()?,
        inode: words.next()?.parse().ok()?,
    };
    let digest = words.next()?.to_owned();
    Some(TrackedFile {
        path: parse_path(words.next()?, root)?,
        fingerprint: Some((stamp, digest)),
    })
}

/// `../requirements.txt` for what lies beside the environment, else the path as it is.
fn format_path(path: &Path, root: &Path) -> String {
    let beside = root
        .parent()
        .and_then(|parent| path.strip_prefix(parent).ok());
    match beside {
        Some(rest) => format!("../{}", percent_encode(rest.as_os_str().as_encoded_bytes())),
        None => percent_encode(path.as_os_str().as_encoded_bytes()),
    }
}

fn parse_path(text: &str, root: &Path) -> Option<PathBuf> {
    let (text, parent) = match text.strip_prefix("../") {
        Some(rest) => (rest, root.parent()),
        None => (text, None),
    };
    let path: OsString = os::decode_os_string(percent_decode(text))?;
    Some(match parent {
        // Without the separator that joining nothing would add.
        Some(parent) if path.is_empty() => parent.to_owned(),
        Some(parent) => parent.join(path),
        None => path.into(),
    })
}

/// One line of plain text, whatever bytes there are.
fn percent_encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'%' | ..b' ' | 0x7f.. => text.push_str(&format!("%{byte:02x}")),
            byte => text.push(char::from(*byte)),
        }
    }
    text
}

fn percent_decode(text: &str) -> Vec<u8> {
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

    fn state(root: &Path) -> InstallState {
        let project = root.parent().expect("a parent").to_owned();
        let stamp = FileStamp {
            size: 7,
            modified: -1,
            inode: 9,
        };
        InstallState {
            status: Status::Failed("100% no\nway é".into()),
            source: project.join("re quire\nments.txt"),
            is_explicit: true,
            files: vec![
                TrackedFile {
                    path: project.join("pylock.toml"),
                    fingerprint: None,
                },
                TrackedFile {
                    path: "/etc/pip constraints.txt".into(),
                    fingerprint: Some((stamp, "ab12".into())),
                },
            ],
            project,
            python_version: "3.12".into(),
            notified: Some(NotifiedSessions {
                change_id: "cd34".into(),
                sessions: vec![1, 2],
            }),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let root = Path::new("/home/ada/app/.venv");
        let state = state(root);
        assert_eq!(
            parse_state(&serialize_state(&state, root), root),
            Some(state)
        );
        assert_eq!(parse_state("", root), None);
        assert_eq!(
            parse_state("vrun-requirements 2\ndone\nsource ../x\n", root),
            None
        );
    }

    #[test]
    fn a_project_that_moves_takes_it_along() {
        let (old, new) = (Path::new("/old/.venv"), Path::new("/new/place/.venv"));
        let moved = parse_state(&serialize_state(&state(old), old), new).expect("a state");
        assert_eq!(moved.project, Path::new("/new/place"));
        assert_eq!(moved.files[0].path, Path::new("/new/place/pylock.toml"));
        assert_eq!(moved.files[1].path, Path::new("/etc/pip constraints.txt"));
    }
}
