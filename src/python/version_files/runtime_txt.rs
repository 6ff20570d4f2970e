//! runtime.txt (`python-3.11.4`), which says what a host runs the project with. Of a series a host has one patch, and a
//! person's machine another, so only the series is requested.

use crate::error::Error;
use crate::python::request::{PythonRequest, RequestSource};
use crate::python::request_syntax::RequestKind;

use super::project_files::ProjectFiles;

const NAME: &str = "runtime.txt";

pub(super) fn read_request(files: &ProjectFiles<'_>) -> Result<Option<PythonRequest>, Error> {
    let text = files.read_short(NAME)?.unwrap_or_default();
    let series = series(text.trim());
    // The file may be for another language, or another purpose.
    let request = series.and_then(|series| {
        Some(PythonRequest {
            kind: RequestKind::parse(&series)?,
            text: series.into(),
            source: RequestSource::File(files.path(NAME)),
        })
    });
    Ok(request)
}

/// `3.11` of `python-3.11.4`.
fn series(text: &str) -> Option<String> {
    let version = text.strip_prefix("python-")?;
    let mut numbers = version.split('.');
    let mut number = || {
        numbers
            .next()
            .filter(|number| number.parse::<u64>().is_ok())
    };
    Some(format!("{}.{}", number()?, number()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_is_requested() {
        for (text, expected) in [
            ("python-3.11.4", Some("3.11")),
            ("python-3.11", Some("3.11")),
            ("python-3", None),
            ("ruby-3.2", None),
            ("3.11.4", None),
            ("", None),
        ] {
            assert_eq!(series(text).as_deref(), expected, "{text}");
        }
    }
}
