//! pyproject.toml: `requires-python`, else what Poetry's dependencies say of `python`.

use toml::Value;

use crate::error::Error;
use crate::python::poetry_version::poetry_specifiers;
use crate::python::request::PythonRequest;

use super::project_files::ProjectFiles;

const NAME: &str = "pyproject.toml";
const REQUIRES: &str = "requires-python";
const POETRY: &str = "python";

pub(super) fn read_request(files: &ProjectFiles<'_>) -> Result<Option<PythonRequest>, Error> {
    let Some(table) = files.read_toml(NAME, "")? else {
        return Ok(None);
    };
    let requires = table.get("project").and_then(|table| table.get(REQUIRES));
    if let Some(requires) = requires {
        let text = requires.as_str();
        let text = text.ok_or_else(|| files.invalid(NAME, REQUIRES))?;
        return files.range(NAME, REQUIRES, text, text);
    }
    let mut path = ["poetry", "dependencies", POETRY].into_iter();
    let tool = table.get("tool");
    let python = tool.and_then(|tool| path.try_fold(tool, |table, name| table.get(name)));
    match python.and_then(Value::as_str) {
        Some(text) => files.range(NAME, POETRY, text, &poetry_specifiers(text)),
        None => Ok(None),
    }
}
