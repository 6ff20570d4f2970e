//! `.python-version`.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::process::normalize;
use crate::python::explicit_request::expand_path;
use crate::python::request::{PythonRequest, RequestSource};
use crate::python::request_syntax::{self, RequestKind, is_version_name};
use crate::python::version_words;
use crate::quote::printable;
use crate::trust;

use super::project_files::{ProjectFiles, unreadable_request};

const NAME: &str = ".python-version";

/// pyenv's file, which uv and others read too: comments, blank lines, and names, of which the first is used.
pub(super) fn read_request(files: &ProjectFiles<'_>) -> Result<Option<PythonRequest>, Error> {
    let (project, file) = (files.dir, files.path(NAME));
    let Some(text) = files.read_short(NAME)? else {
        return Ok(None);
    };
    // `system` is pyenv's word for no request.
    let word = version_words::first_available(&words(&text), files.process);
    let Some(word) = word.filter(|word| *word != "system") else {
        return Ok(None);
    };
    let is_path = word.starts_with(['/', '.', '~']) || Path::new(word).is_absolute();
    let refused = |why: &str| {
        let cause = format!("it asks for `{}`, which {why}", printable(word));
        unreadable_request(&file).with_cause(cause)
    };
    let kind = match expand_path(word.as_ref(), files.process).filter(|_| is_path) {
        Some(path) => RequestKind::Path(
            path_in_project(project, path).ok_or_else(|| refused("is outside the project"))?,
        ),
        None => match RequestKind::parse(word) {
            Some(kind) => kind,
            None if is_version_name(word) => {
                match version_words::named_request(word, files.process) {
                    Some(kind) => kind,
                    None => {
                        files.process.verbosity.notice(format_args!(
                            "ignoring {}: `{}` is neither a version nor one of pyenv's names here",
                            printable(&file),
                            printable(word)
                        ));
                        return Ok(None);
                    }
                }
            }
            None => return Err(refused("is neither a version nor a version's name")),
        },
    };
    Ok(Some(PythonRequest {
        kind,
        text: word.into(),
        source: RequestSource::File(file),
    }))
}

/// `path` if it is below the project: the file came with a checkout, and says nothing about the rest of the system. An
/// environment's Python is a link that leads out, so only its directory is resolved.
fn path_in_project(project: &Path, path: PathBuf) -> Option<PathBuf> {
    let path = normalize(project.join(path));
    let real = path.parent().and_then(|dir| dunce::canonicalize(dir).ok());
    let is_below = real.is_none_or(|dir| trust::is_within(&dir, project));
    (path.starts_with(project) && is_below).then_some(path)
}

fn words(text: &str) -> Vec<&str> {
    let lines = text.lines();
    let lines = lines.map(|line| line.split('#').next().unwrap_or(line).trim());
    lines.flat_map(words_of_line).collect()
}

fn words_of_line(line: &str) -> Vec<&str> {
    match request_syntax::is_specifier(line) {
        true => vec![line],
        false => line.split_whitespace().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;

    #[test]
    fn any_version_file_is_a_request_or_none() {
        fuzz("python_version", 3000, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            for word in words(&text) {
                let _ = RequestKind::parse(word);
                // It is joined to the directory of pyenv's versions.
                assert!(!is_version_name(word) || !word.contains(['/', '\\']) && word != "..");
            }
        });
    }
}
