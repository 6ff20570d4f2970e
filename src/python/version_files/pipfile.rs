//! A Pipfile's `[requires]`: one version, which pipenv takes for a series if it has two numbers.

use crate::error::Error;
use crate::python::request::PythonRequest;
use crate::python::request_syntax::RequestKind;

use super::project_files::ProjectFiles;

const NAME: &str = "Pipfile";

pub(super) fn read_request(files: &ProjectFiles<'_>) -> Result<Option<PythonRequest>, Error> {
    let Some(table) = files.read_toml(NAME, "")? else {
        return Ok(None);
    };
    for key in ["python_full_version", "python_version"] {
        let value = table.get("requires").and_then(|table| table.get(key));
        let Some(text) = value.and_then(|value| value.as_str()) else {
            continue;
        };
        if text.trim() == "*" {
            return Ok(None);
        }
        let kind = RequestKind::parse(text).ok_or_else(|| files.invalid(NAME, key))?;
        return Ok(Some(files.setting(NAME, key, text, kind)));
    }
    Ok(None)
}
