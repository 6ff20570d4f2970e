//! The file `vrun-requirements` in an environment: what was installed there.
//!
//! One item per line. Paths below the directory that holds the environment are relative to it, so a project that is
//! moved keeps its state. The file is replaced by a rename, so it is always whole.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::create::ExtraFile;
use crate::fs::{entry_names, replace_unlocked, write_new};
use crate::manifest::Selection;
use crate::os;
use crate::quote::{percent_decode, percent_encode};
use crate::read::{MAX_TEXT, read_start, read_text};
use crate::venv::{self, Venv};

use super::fingerprint::digest;
use super::state::{
    FileStamp, InstallState, NotifiedSessions, Status, TrackedFile, python_minor_version,
};

const STATE_FILE: &str = "vrun-requirements";

/// How many bytes of a digest tell the files of several projects apart.
const MEMBER_DIGEST: usize = 8;

/// The first line. A file that starts with anything else is ignored.
const FORMAT_LINE: &str = "vrun-requirements 1";

/// The state file of a new environment at `root`, with everything still to be installed.
pub(super) fn initial_file(
    source: &Path,
    selection: Selection,
    project: &Path,
    root: &Path,
) -> ExtraFile {
    let state = InstallState::unfinished(source, selection, project);
    extra_file(serialize_state(&state, root))
}

/// The project whose requirements are installed at `root`; for a script's, its directory.
pub(crate) fn recorded_project(root: &Path) -> Option<PathBuf> {
    InstallState::load(root).map(|(state, _)| state.project)
}

/// The state file of a new environment at `root` for a project that requires nothing but a Python, which `file` says.
pub(super) fn version_file_state(file: PathBuf, project: &Path, root: &Path) -> ExtraFile {
    let mut state = InstallState::unfinished(&file, Selection::default(), project);
    state.status = Status::NothingRequired;
    state.files.push(TrackedFile::capture(file));
    extra_file(serialize_state(&state, root))
}

/// The state file of the environment at `root`, for one that replaces it.
pub(crate) fn saved_state(root: &Path) -> Option<ExtraFile> {
    read_text(&root.join(STATE_FILE), MAX_TEXT)
        .ok()
        .map(extra_file)
}

fn extra_file(content: String) -> ExtraFile {
    ExtraFile {
        name: STATE_FILE,
        content,
    }
}

/// Records the Python of an environment that is built in `staged`, with the packages of the one at `root`.
pub(crate) fn refresh_python(staged: &Venv, root: &Path) -> io::Result<()> {
    match InstallState::load_from(&staged.root, root) {
        Some((mut state, _)) => {
            state.python_version = python_minor_version(staged);
            state.save(&staged.root, root)
        }
        None => Ok(()),
    }
}

impl InstallState {
    /// The state of the requirements in the environment at `root`, if there are any and it can be read, and the file's
    /// bytes.
    pub(super) fn load(root: &Path) -> Option<(InstallState, Vec<u8>)> {
        InstallState::load_from(root, root)
    }

    /// The same of one that is still built in the directory `dir`.
    pub(super) fn load_from(dir: &Path, root: &Path) -> Option<(InstallState, Vec<u8>)> {
        InstallState::load_any(dir, root)
            .filter(|(state, _)| state.status != Status::NothingRequired)
    }

    /// The same where there may be no requirements.
    pub(super) fn load_any(dir: &Path, root: &Path) -> Option<(InstallState, Vec<u8>)> {
        load_file(&dir.join(STATE_FILE), root)
    }

    /// The state of another `project` in the environment at `root`.
    pub(super) fn load_member(root: &Path, project: &Path) -> Option<(InstallState, Vec<u8>)> {
        let (mut state, bytes) = load_file(&root.join(member_file(project, root)), root)?;
        state.is_member = true;
        (state.project == project).then_some((state, bytes))
    }

    /// The states of all projects whose requirements are installed in the environment at `root`.
    pub(super) fn load_all(root: &Path) -> Vec<InstallState> {
        let names = entry_names(root).unwrap_or_default().into_iter();
        let names = names.filter(|name| name.to_string_lossy().starts_with(STATE_FILE));
        let states = names.filter_map(|name| load_file(&root.join(name), root));
        let states = states.map(|(state, _)| state);
        states
            .filter(|state| state.status == Status::Done && state.project.is_dir())
            .collect()
    }

    /// Whether there is a file, which may be unreadable.
    pub(super) fn is_there(root: &Path) -> bool {
        root.join(STATE_FILE).exists()
    }

    /// Whether other projects than that of the environment's directory are recorded there.
    pub(super) fn has_members(root: &Path) -> bool {
        let names = entry_names(root).unwrap_or_default();
        let prefix = format!("{STATE_FILE}-");
        names
            .iter()
            .any(|name| name.to_string_lossy().starts_with(&prefix))
    }

    fn file_name(&self, root: &Path) -> String {
        match self.is_member {
            true => member_file(&self.project, root),
            false => STATE_FILE.to_owned(),
        }
    }

    /// Writes it into the environment at `root`, which may still be built in the directory `dir`.
    pub(super) fn save(&self, dir: &Path, root: &Path) -> io::Result<()> {
        replace_unlocked(&dir.join(self.file_name(root)), |new| {
            write_new(new, serialize_state(self, root).as_bytes())?;
            // As readable as the environment is.
            os::copy_mode(&dir.join(venv::PYVENV_CFG), new)
        })
    }

    /// Saves it unless another process has meanwhile. A failure is ignored: nothing depends on it.
    pub(super) fn save_if_unchanged(&self, root: &Path, was: &[u8]) {
        if read_start(&root.join(self.file_name(root)), MAX_TEXT).is_ok_and(|bytes| bytes == was) {
            let _ = self.save(root, root);
        }
    }

    /// Removes it: the user manages this environment.
    pub(super) fn delete(root: &Path) {
        let _ = fs::remove_file(root.join(STATE_FILE));
    }
}

/// The file of another project than that of the environment's directory.
fn member_file(project: &Path, root: &Path) -> String {
    let path = format_path(project, root);
    format!("{STATE_FILE}-{}", digest([path.as_bytes()], MEMBER_DIGEST))
}

fn load_file(file: &Path, root: &Path) -> Option<(InstallState, Vec<u8>)> {
    let bytes = read_start(file, MAX_TEXT).ok()?;
    let state = parse_state(str::from_utf8(&bytes).ok()?, root)?;
    Some((state, bytes))
}

fn serialize_state(state: &InstallState, root: &Path) -> String {
    let path = |path: &Path| format_path(path, root);
    let mut lines = vec![
        FORMAT_LINE.to_owned(),
        match &state.status {
            Status::Unfinished => "unfinished".into(),
            Status::Done => "done".into(),
            Status::NothingRequired => "nothing-required".into(),
            Status::NotInstalled => "not-installed".into(),
            Status::Failed(reason) => format!("refused {}", escape(reason.as_bytes())),
        },
        format!("python {}", state.python_version),
        format!("project {}", path(&state.project)),
        format!("source {}", path(&state.source)),
    ];
    let Selection {
        files,
        groups,
        extras,
        no_dev,
    } = &state.selection;
    lines.extend(files.iter().map(|file| format!("named {}", path(file))));
    lines.extend(
        groups
            .iter()
            .map(|name| format!("group {}", escape(name.as_bytes()))),
    );
    lines.extend(
        extras
            .iter()
            .map(|name| format!("extra {}", escape(name.as_bytes()))),
    );
    lines.extend(no_dev.then(|| "no-dev".to_owned()));
    let tracked = |key: &str, file: &TrackedFile| match &file.fingerprint {
        None => format!("none {}", path(&file.path)),
        Some((stamp, digest)) => {
            let (size, modified, inode) = (stamp.size, stamp.modified, stamp.inode);
            let path = path(&file.path);
            format!("{key} {size} {modified} {inode} {digest} {path}")
        }
    };
    lines.extend(state.files.iter().map(|file| tracked("file", file)));
    let directories = state.directories.iter();
    lines.extend(directories.map(|dir| tracked("directory", dir)));
    let way_on = state.way_on.iter();
    lines.extend(way_on.map(|hint| format!("way-on {}", escape(hint.as_bytes()))));
    let left_out = state.left_out.iter();
    lines.extend(left_out.map(|reason| format!("left-out {}", escape(reason.as_bytes()))));
    if let Some(notified) = &state.notified {
        let sessions: String = notified
            .sessions
            .iter()
            .map(|id| format!(" {id}"))
            .collect();
        lines.push(format!("told {}{sessions}", notified.change_id));
    }
    lines.join("\n") + "\n"
}

fn parse_state(text: &str, root: &Path) -> Option<InstallState> {
    let mut lines = text.lines();
    lines.next().filter(|line| *line == FORMAT_LINE)?;
    let mut state = InstallState::default();
    for line in lines {
        let (key, value) = line.split_once(' ').unwrap_or((line, ""));
        match key {
            "done" => state.status = Status::Done,
            "not-installed" => state.status = Status::NotInstalled,
            "nothing-required" => state.status = Status::NothingRequired,
            "refused" => {
                state.status = Status::Failed(parse_name(value));
            }
            "python" => state.python_version = value.to_owned(),
            "project" => state.project = parse_path(value, root)?,
            "source" => state.source = parse_path(value, root)?,
            "named" => state.selection.files.push(parse_path(value, root)?),
            "group" => state.selection.groups.push(parse_name(value)),
            "extra" => state.selection.extras.push(parse_name(value)),
            "no-dev" => state.selection.no_dev = true,
            "none" => state.files.push(TrackedFile {
                path: parse_path(value, root)?,
                fingerprint: None,
            }),
            "way-on" => state.way_on = Some(parse_name(value)),
            "left-out" => state.left_out.push(parse_name(value)),
            "file" => state.files.push(parse_tracked_file(value, root)?),
            "directory" => state.directories.push(parse_tracked_file(value, root)?),
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

fn parse_tracked_file(value: &str, root: &Path) -> Option<TrackedFile> {
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

/// `../requirements.txt` for a path beside the environment, else the path itself.
fn format_path(path: &Path, root: &Path) -> String {
    let parent = root.parent();
    let (prefix, path) = match parent.and_then(|parent| path.strip_prefix(parent).ok()) {
        Some(rest) => ("../", rest),
        None => ("", path),
    };
    format!("{prefix}{}", escape(path.as_os_str().as_encoded_bytes()))
}

fn parse_path(text: &str, root: &Path) -> Option<PathBuf> {
    let (text, parent) = match text.strip_prefix("../") {
        Some(rest) => (rest, root.parent()),
        None => (text, None),
    };
    let path: OsString = os::decode_os_string(percent_decode(text))?;
    Some(match parent {
        // Joining an empty path would add a separator.
        Some(parent) if path.is_empty() => parent.to_owned(),
        Some(parent) => parent.join(path),
        None => path.into(),
    })
}

fn parse_name(text: &str) -> String {
    String::from_utf8_lossy(&percent_decode(text)).into_owned()
}

/// One line of printable ASCII, whatever the bytes are.
fn escape(bytes: &[u8]) -> String {
    percent_encode(bytes, |byte| byte.is_ascii_graphic() && byte != b'%')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;

    fn state(root: &Path) -> InstallState {
        let project = root.parent().expect("a parent").to_owned();
        let stamp = FileStamp {
            size: 7,
            modified: -1,
            inode: 9,
        };
        let file = |path, fingerprint| TrackedFile { path, fingerprint };
        InstallState {
            status: Status::Failed("100% no\nway é".into()),
            source: project.join("re quire\nments.txt"),
            selection: Selection {
                files: vec![project.join("re quire\nments.txt")],
                groups: vec!["docs".into()],
                extras: vec!["a b".into()],
                no_dev: true,
            },
            files: vec![
                file(project.join("pylock.toml"), None),
                file(
                    "/etc/pip constraints.txt".into(),
                    Some((stamp, "ab12".into())),
                ),
            ],
            directories: vec![file(project.clone(), Some((stamp, "ef56".into())))],
            project,
            is_member: false,
            python_version: "3.12".into(),
            way_on: Some("`vrun --create -p 3.9`".into()),
            left_out: vec!["a test.txt: no\nway".into()],
            notified: Some(NotifiedSessions {
                change_id: "cd34".into(),
                sessions: vec![1, 2],
            }),
        }
    }

    #[test]
    fn a_state_is_parsed_as_it_was_written() {
        let root = Path::new("/home/ada/app/.venv");
        let state = state(root);
        let text = serialize_state(&state, root);
        assert_eq!(parse_state(&text, root), Some(state));
        for other in ["", "vrun-requirements 2\ndone\nsource ../x\n"] {
            assert_eq!(parse_state(other, root), None);
        }
    }

    #[test]
    fn a_project_that_is_moved_keeps_its_state() {
        let (old, new) = (Path::new("/old/.venv"), Path::new("/new/place/.venv"));
        let moved = parse_state(&serialize_state(&state(old), old), new).expect("a state");
        assert_eq!(moved.project, Path::new("/new/place"));
        assert_eq!(moved.files[0].path, Path::new("/new/place/pylock.toml"));
        assert_eq!(moved.files[1].path, Path::new("/etc/pip constraints.txt"));
    }

    #[test]
    fn any_state_is_written_as_it_was_read() {
        let root = Path::new("/home/ada/app/.venv");
        fuzz("state", 3000, |bytes| {
            if let Some(state) = parse_state(&String::from_utf8_lossy(bytes), root) {
                let again = parse_state(&serialize_state(&state, root), root);
                assert_eq!(again.map(|state| state.files), Some(state.files));
            }
        });
    }
}
