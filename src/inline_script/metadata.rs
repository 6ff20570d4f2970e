//! A script's block -> the packages and the Python that it requires. Parsed only when its environment is created.

use std::path::Path;
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};

use crate::error::Error;
use crate::process::Verbosity;
use crate::python::ExplicitRequest;
use crate::quote::{printable, shell_word, toml_cause};

use super::block::Block;

/// The content of a block.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ScriptMetadata {
    /// `requires-python`, as written.
    pub requires_python: Option<String>,
    /// `dependencies`, one requirement each.
    pub dependencies: Vec<String>,
    /// The settings in `[tool.uv]`, which only uv reads.
    uv_settings: Vec<String>,
}

/// Parses the block of `file`; None if it requires neither packages nor a Python.
///
/// # Errors
/// It is not valid TOML, or a value is not of the specified type.
pub(super) fn parse_metadata(block: &Block, file: &Path) -> Result<Option<ScriptMetadata>, Error> {
    let invalid = |cause: String| invalid_block_error(file).with_cause(cause);
    let text = str::from_utf8(&block.content);
    let text = text.map_err(|_| invalid("it is not UTF-8, which TOML must be".into()))?;
    let table: Result<toml::Table, _> = text.parse();
    let table = table.map_err(|error| invalid(toml_cause(text, block.line, &error)))?;
    let (python, packages) = (table.get("requires-python"), table.get("dependencies"));
    if python.is_none() && packages.is_none() {
        return Ok(None);
    }
    let uv = table.get("tool").and_then(|tools| tools.get("uv"));
    let uv = uv.and_then(toml::Value::as_table);
    reject_uv_sources(uv.and_then(|uv| uv.get("sources")), file)?;
    let requires_python = python.map(parse_requires_python).transpose();
    let dependencies = packages.map_or(Ok(Vec::new()), parse_dependencies);
    Ok(Some(ScriptMetadata {
        requires_python: requires_python.map_err(invalid)?,
        dependencies: dependencies.map_err(invalid)?,
        uv_settings: uv.map_or(Vec::new(), |uv| uv.keys().cloned().collect()),
    }))
}

fn parse_requires_python(value: &toml::Value) -> Result<String, String> {
    let text = value.as_str().map(str::trim);
    text.filter(|text| VersionSpecifiers::from_str(text).is_ok())
        .map(str::to_owned)
        .ok_or_else(|| "`requires-python` is not a version specifier".into())
}

/// The requirements. Each must be one line of a requirements file, and not an option.
fn parse_dependencies(value: &toml::Value) -> Result<Vec<String>, String> {
    let texts = value
        .as_array()
        .and_then(|items| items.iter().map(toml::Value::as_str).collect());
    let texts: Vec<&str> = texts.ok_or("`dependencies` is not a list of strings")?;
    let parse = |text: &str| {
        let line = text.trim();
        let is_line = !line.contains(['\n', '\r']) && !line.ends_with('\\');
        match is_line && !line.is_empty() && !line.starts_with(['-', '#']) {
            true => Ok(line.to_owned()),
            false => {
                let text = printable(text);
                Err(format!("`{text}` in `dependencies` is not a requirement"))
            }
        }
    };
    texts.into_iter().map(parse).collect()
}

/// Without its source, a package would come from the index, where the same name may mean a different package.
fn reject_uv_sources(sources: Option<&toml::Value>, file: &Path) -> Result<(), Error> {
    let sources = sources.and_then(toml::Value::as_table);
    let Some(name) = sources.and_then(|sources| sources.keys().next()) else {
        return Ok(());
    };
    let (name, command) = (printable(name), format!("uv run {}", shell_word(file)));
    let what = format!("{} takes `{name}` from [tool.uv.sources]", printable(file));
    Err(Error::failed(what)
        .with_cause("only uv reads that, and the index may have a different package of that name")
        .with_hint(format!(
            "run it with `{command}`, or put the source in `dependencies`, as in `{name} @ git+https://...`"
        )))
}

/// The error for an invalid block, without its cause.
pub(super) fn invalid_block_error(file: &Path) -> Error {
    let (name, word) = (printable(file), shell_word(file));
    Error::failed(format!("cannot read what {name} requires")).with_hint(format!(
        "fix its `# /// script` block, or run it without: `vrun --no-script-env {word}`"
    ))
}

impl ScriptMetadata {
    /// `requires-python` as a request.
    pub(super) fn python_request(&self, file: &Path) -> Option<ExplicitRequest> {
        let range = self.requires_python.as_ref();
        let range = range.filter(|range| !range.is_empty())?;
        Some(ExplicitRequest {
            text: range.into(),
            source: format!("`requires-python` in {}", printable(file)).into(),
        })
    }

    /// Reports the settings that only uv reads.
    pub(super) fn warn_ignored_settings(&self, file: &Path, verbosity: Verbosity) {
        if !self.uv_settings.is_empty() {
            let (file, names) = (printable(file), printable(self.uv_settings.join(", ")));
            verbosity.notice(format_args!(
                "{file} has settings that only uv reads: {names}"
            ));
        }
    }

    /// Reports a requested Python that the script does not support. It is used all the same.
    pub(super) fn warn_version_mismatch(
        &self,
        version: Option<&str>,
        file: &Path,
        verbosity: Verbosity,
    ) {
        let range = self.requires_python.as_deref().unwrap_or_default();
        let range = VersionSpecifiers::from_str(range);
        if let (Ok(range), Some(Ok(version))) = (range, version.map(Version::from_str))
            && !range.contains(&version)
        {
            let file = printable(file);
            verbosity.notice(format_args!(
                "{file} asks for Python {range}, and gets {version}"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::find_blocks;
    use super::*;
    use crate::fuzz::fuzz;

    fn parse_content(content: &str) -> Result<Option<ScriptMetadata>, String> {
        let block = Block {
            content: content.into(),
            line: 3,
        };
        parse_metadata(&block, Path::new("tool.py")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_block_lists_packages_and_a_python() {
        let parse = |content| parse_content(content).expect("readable");
        let metadata = parse("requires-python = ' >=3.11 '\ndependencies = [' six ', 'a @ ./a']\n");
        let metadata = metadata.expect("metadata");
        assert_eq!(metadata.requires_python.as_deref(), Some(">=3.11"));
        assert_eq!(metadata.dependencies, ["six", "a @ ./a"]);
        assert_eq!(parse("[tool.black]\ndependencies = 1\n"), None);
        let empty = parse("dependencies = []\n").expect("metadata");
        assert_eq!(empty.dependencies, [""; 0]);
    }

    #[test]
    fn mistakes_in_a_block_are_reported() {
        let not_a_list = "`dependencies` is not a list of strings";
        let not_a_range = "`requires-python` is not a version specifier";
        for (content, part) in [
            ("dependencies = [\n'six'\nx\n", "line 5: "),
            ("dependencies = 'six'\n", not_a_list),
            ("dependencies = [1]\n", not_a_list),
            (
                "dependencies = ['-r x.txt']\n",
                "`-r x.txt` in `dependencies` is not",
            ),
            (
                "dependencies = [\"a\\nb\"]\n",
                "`a\\nb` in `dependencies` is not",
            ),
            ("requires-python = 3\n", not_a_range),
            ("requires-python = '3.x'\n", not_a_range),
            (
                "dependencies = []\n[tool.uv.sources]\nx = { path = 'x' }\n",
                "takes `x` from",
            ),
        ] {
            let error = parse_content(content).expect_err(content);
            assert!(error.contains(part) && error.contains("tool.py"), "{error}");
        }
    }

    #[test]
    fn any_block_is_parsed_or_an_error() {
        fuzz("script", 3000, |bytes| {
            for block in find_blocks(bytes) {
                if let Ok(Some(metadata)) = parse_metadata(&block, Path::new("tool.py")) {
                    let lines = metadata.dependencies;
                    assert!(lines.iter().all(|line| line.lines().count() == 1));
                }
            }
        });
    }
}
