//! `requires-python` of uv.lock, which also a workspace without a project of its own has.

use crate::error::Error;
use crate::python::request::PythonRequest;

use super::project_files::ProjectFiles;

const NAME: &str = "uv.lock";
const KEY: &str = "requires-python";

pub(super) fn read_request(files: &ProjectFiles<'_>) -> Result<Option<PythonRequest>, Error> {
    // It comes before the packages, of which there may be thousands.
    let table = files.read_toml(NAME, "[[package]]")?;
    let value = table.as_ref().and_then(|table| table.get(KEY));
    match value.and_then(|value| value.as_str()) {
        Some(text) => files.range(NAME, KEY, text, text),
        None => Ok(None),
    }
}
