//! A project's directory -> what its developers need besides what it requires: requirement files, dependency groups,
//! extras, the dependencies of hatch's default environment, those of tox.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::ini;
use crate::read::{MAX_TEXT, read_text};

use super::groups::{DEV_NAMES, is_dev_name};
use super::plan::Part;
use super::pyproject::Pyproject;
use super::python_package::setup_file;

/// Everything that `dir`, with this pyproject.toml, has of it. An error is about one part.
pub(super) fn developer_parts(
    dir: &Path,
    pyproject: Option<&Pyproject>,
) -> Vec<Result<Part, Error>> {
    let files = developer_files(dir);
    let mut parts: Vec<_> = files
        .into_iter()
        .map(|file| Ok(Part::RequirementsFile(file)))
        .collect();
    if let Some(pyproject) = pyproject {
        for group in pyproject.dev_groups() {
            parts.extend(pyproject.group_part(group).transpose());
        }
        let extras = pyproject.extras();
        let extras = extras.into_iter().filter(|name| is_dev_name(name));
        parts.extend(extras.map(|extra| pyproject.extra_part(extra)));
        parts.extend(pyproject.hatch_parts());
    }
    let extras = setup_extras(dir);
    if pyproject.is_none_or(Pyproject::is_package)
        && !extras.is_empty()
        && let Some(file) = setup_file(dir)
    {
        parts.push(Ok(Part::Project { file, extras }));
    }
    parts.extend(tests_require_part(dir).map(Ok));
    if parts
        .iter()
        .all(|part| part.as_ref().is_ok_and(Part::is_empty))
    {
        parts.extend(tox_part(dir).map(Ok));
    }
    parts
}

/// The `deps` of tox.ini's `[testenv]`, which tox installs for every environment; not those of one factor, nor what
/// another setting is substituted into (tox's configuration reference).
fn tox_part(dir: &Path) -> Option<Part> {
    let file = dir.join("tox.ini");
    let text = read_text(&file, MAX_TEXT).ok()?;
    let mut requirements = Vec::new();
    for line in ini_lines(&text, "testenv", "deps") {
        let is_factor = line.split_once(": ").is_some();
        if line.contains('{') || is_factor {
            continue;
        }
        let included = line
            .strip_prefix("-r")
            .or_else(|| line.strip_prefix("--requirement"));
        requirements.extend(match included {
            Some(path) => {
                let path = dir.join(path.trim_start_matches(['=', ' ']));
                path.is_file()
                    .then(|| vec!["-r".into(), path.display().to_string()])
            }
            None => (!line.starts_with('-')).then(|| vec![line.to_owned()]),
        });
    }
    dependencies(file, "[testenv]", requirements)
}

/// The lines of a setting, without comments.
fn ini_lines(text: &str, section: &str, key: &str) -> Vec<String> {
    let mut settings = ini::section_settings(text, section).into_iter();
    let found = settings.find(|(name, _)| name == key);
    let (_, value) = found.unwrap_or_default();
    let lines = value.lines();
    let lines = lines.map(|line| line.split(" #").next().unwrap_or(line).trim());
    let lines = lines.filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

fn dependencies(file: PathBuf, table: &str, requirements: Vec<Vec<String>>) -> Option<Part> {
    (!requirements.is_empty()).then(|| Part::Dependencies {
        file,
        table: table.to_owned(),
        requirements,
    })
}

/// `tests_require`, as setuptools knew it until version 72: of a setup.cfg, or of a setup.py where it is a list of
/// literals.
fn tests_require_part(dir: &Path) -> Option<Part> {
    let text = |name: &str| read_text(&dir.join(name), MAX_TEXT).unwrap_or_default();
    let config = text("setup.cfg");
    let listed = ini_lines(&config, "options", "tests_require").into_iter();
    let listed = listed.filter(|line| !line.starts_with("file:"));
    let listed: Vec<_> = listed.map(|line| vec![line]).collect();
    let in_script = || literal_list(&text("setup.py"), "tests_require");
    match listed.is_empty() {
        false => dependencies(dir.join("setup.cfg"), "tests_require", listed),
        true => dependencies(
            dir.join("setup.py"),
            "tests_require",
            in_script().into_iter().map(|line| vec![line]).collect(),
        ),
    }
}

/// The strings of `name=[...]` in a program; none where anything else stands between them.
fn literal_list(program: &str, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    let rest = program.split(name).nth(1).unwrap_or_default();
    let list = rest.trim_start().strip_prefix('=').map(str::trim_start);
    let Some(mut rest) = list.and_then(|list| list.strip_prefix('[')) else {
        return found;
    };
    loop {
        rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == ',');
        if let Some(comment) = rest.strip_prefix('#') {
            rest = comment.split_once('\n').unwrap_or_default().1;
            continue;
        }
        let quote = rest.chars().next().filter(|letter| "\"'".contains(*letter));
        let literal = quote.and_then(|quote| rest[1..].split_once(quote));
        let Some((text, more)) = literal else {
            return if rest.starts_with(']') {
                found
            } else {
                Vec::new()
            };
        };
        found.push(text.to_owned());
        rest = more;
    }
}

/// The project of a setup.py or setup.cfg.
pub(super) fn setup_part(dir: &Path) -> Option<Part> {
    let file = setup_file(dir)?;
    Some(Part::Project {
        file,
        extras: Vec::new(),
    })
}

/// Every requirement file that is there; one in `.in` only where what was compiled of it is not.
fn developer_files(dir: &Path) -> Vec<PathBuf> {
    let mut names: Vec<_> = [
        "requirements/local",
        "tests/requirements",
        "test/requirements",
    ]
    .map(str::to_owned)
    .into();
    for name in DEV_NAMES {
        names.push(format!("requirements/{name}"));
        for sign in ['-', '_'] {
            names.push(format!("requirements{sign}{name}"));
            names.push(format!("{name}{sign}requirements"));
        }
    }
    let existing = |name: String| {
        let mut forms = [".txt", ".in"]
            .iter()
            .map(|end| dir.join(format!("{name}{end}")));
        forms.find(|file| file.is_file())
    };
    names.into_iter().filter_map(existing).collect()
}

/// The extras of a setup.cfg or setup.py that are for developers. setup.py is a program: a name that its text uses as a
/// key is taken for one, for an extra that does not exist is only a warning to pip.
fn setup_extras(dir: &Path) -> Vec<String> {
    let text = |name: &str| read_text(&dir.join(name), MAX_TEXT).unwrap_or_default();
    let (setup_py, setup_cfg) = (text("setup.py"), text("setup.cfg"));
    let extras = ini::section_settings(&setup_cfg, "options.extras_require");
    let is_in_cfg = |name: &str| extras.iter().any(|(extra, _)| extra == name);
    let is_key_in_py = |name: &str, quote: char| {
        let quoted = format!("{quote}{name}{quote}");
        setup_py.match_indices(&quoted).any(|(at, _)| {
            let rest = setup_py[at + quoted.len()..].trim_start();
            rest.starts_with([':', ']'])
        })
    };
    let has_extras = setup_py.contains("extras_require");
    let is_in_py = |name: &str| has_extras && (is_key_in_py(name, '"') || is_key_in_py(name, '\''));
    let found = DEV_NAMES
        .into_iter()
        .filter(|name| is_in_cfg(name) || is_in_py(name));
    found.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn tox_says_what_every_test_environment_has() {
        let dir = tempfile::tempdir().expect("a directory");
        let text = "[tox]\ndeps = no\n[testenv]\ndeps =\n    pytest # runs\n    py27: mock\n    {[x]y}\n    -r gone.txt\n\n    \
            coverage>=5\ncommands = pytest\n[testenv:docs]\ndeps = sphinx\n";
        fs::write(dir.path().join("tox.ini"), text).expect("a file");
        let Some(Part::Dependencies { requirements, .. }) = tox_part(dir.path()) else {
            panic!("none");
        };
        assert_eq!(requirements, [["pytest"], ["coverage>=5"]]);
    }

    #[test]
    fn tests_require_is_read_where_it_is_literal() {
        let dir = tempfile::tempdir().expect("a directory");
        let write =
            |name: &str, text: &str| fs::write(dir.path().join(name), text).expect("a file");
        let found = || match tests_require_part(dir.path()) {
            Some(Part::Dependencies { requirements, .. }) => requirements.concat().join(" "),
            _ => String::new(),
        };
        for (text, expected) in [
            ("tests_require=['a[x]>1', # b\n \"c\",\n]", "a[x]>1 c"),
            ("tests_require = TESTS", ""),
            ("tests_require=['a'] + MORE", "a"),
            ("tests_require=['a', *MORE]", ""),
            ("tests_require=['a", ""),
        ] {
            write("setup.py", text);
            assert_eq!(found(), expected, "{text}");
        }
        write(
            "setup.cfg",
            "[options]\ntests_require =\n    b\n    c # d\nx = y\n",
        );
        assert_eq!(found(), "b c");
    }

    #[test]
    fn extras_are_found_in_both_setup_files() {
        let dir = tempfile::tempdir().expect("a directory");
        let write =
            |name: &str, text: &str| fs::write(dir.path().join(name), text).expect("a file");
        assert!(setup_extras(dir.path()).is_empty());
        write(
            "setup.cfg",
            "[options.extras_require]\ntest =\n    pytest\n[x]\ndev = no\n",
        );
        assert_eq!(setup_extras(dir.path()), ["test"]);
        write(
            "setup.py",
            "setup(extras_require={'dev': ['pytest'], 'tests-not': []})",
        );
        assert_eq!(setup_extras(dir.path()), ["dev", "test"]);
    }
}
