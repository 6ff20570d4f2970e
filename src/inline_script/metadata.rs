//! A script's block -> which packages and which Python it requires. Read where its environment is made, and at no other
//! time.

use std::path::Path;
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};

use crate::error::Error;
use crate::output::Verbosity;
use crate::python::ExplicitRequest;
use crate::quote::{printable, shell_word};

use super::block::Block;

/// What a block says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ScriptMetadata {
    /// `requires-python`, as it is written.
    pub requires_python: Option<String>,
    /// `dependencies`, each a line for an installer.
    pub dependencies: Vec<String>,
    /// The settings in `[tool.uv]`, which no other tool reads.
    uv_settings: Vec<String>,
}

/// Reads the block of `file`. None where it requires neither packages nor a Python.
///
/// # Errors
/// It is no TOML, or what it says is not of the kind that it should be.
pub(super) fn parse_metadata(block: &Block, file: &Path) -> Result<Option<ScriptMetadata>, Error> {
    let table = parse_table(block, file)?;
    let (python, packages) = (table.get("requires-python"), table.get("dependencies"));
    if python.is_none() && packages.is_none() {
        return Ok(None);
    }
    let uv = table.get("tool").and_then(|tools| tools.get("uv"));
    let uv = uv.and_then(toml::Value::as_table);
    reject_uv_sources(uv.and_then(|uv| uv.get("sources")), file)?;
    Ok(Some(ScriptMetadata {
        requires_python: python
            .map(|value| parse_requires_python(value, file))
            .transpose()?,
        dependencies: match packages {
            Some(value) => parse_dependencies(value, file)?,
            None => Vec::new(),
        },
        uv_settings: uv.map_or(Vec::new(), |uv| uv.keys().cloned().collect()),
    }))
}

fn parse_table(block: &Block, file: &Path) -> Result<toml::Table, Error> {
    let text = str::from_utf8(&block.content)
        .map_err(|_| invalid_block_error(file).with_cause("it is not UTF-8, as TOML has to be"))?;
    text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(0, |before| before.matches('\n').count());
        let line = block.line + line;
        invalid_block_error(file)
            .with_cause(format_args!("line {line}: {}", printable(error.message())))
    })
}

fn parse_requires_python(value: &toml::Value, file: &Path) -> Result<String, Error> {
    let text = value.as_str().map(str::trim);
    text.filter(|text| VersionSpecifiers::from_str(text).is_ok())
        .map(str::to_owned)
        .ok_or_else(|| {
            invalid_block_error(file).with_cause("`requires-python` is not a version specifier")
        })
}

/// The requirements, none of which is more than that: a line of its own, and no option.
fn parse_dependencies(value: &toml::Value, file: &Path) -> Result<Vec<String>, Error> {
    let texts = value
        .as_array()
        .and_then(|items| items.iter().map(toml::Value::as_str).collect());
    let texts: Vec<&str> = texts.ok_or_else(|| {
        invalid_block_error(file).with_cause("`dependencies` is not a list of strings")
    })?;
    let is_one = |text: &str| {
        let text = text.trim();
        let is_line = !text.contains(['\n', '\r']) && !text.ends_with('\\');
        is_line && !text.is_empty() && !text.starts_with(['-', '#'])
    };
    match texts.iter().find(|text| !is_one(text)) {
        Some(text) => Err(invalid_block_error(file).with_cause(format_args!(
            "`{}` in `dependencies` is not a requirement",
            printable(text)
        ))),
        None => Ok(texts.into_iter().map(|text| text.trim().into()).collect()),
    }
}

/// Without its source a package would be another one of that name, from the index.
fn reject_uv_sources(sources: Option<&toml::Value>, file: &Path) -> Result<(), Error> {
    let names = sources.and_then(toml::Value::as_table);
    let names: Vec<_> = names.into_iter().flat_map(toml::Table::keys).collect();
    let Some(name) = names.first() else {
        return Ok(());
    };
    let what = format!(
        "{} says by [tool.uv.sources] where `{}` comes from",
        printable(file),
        printable(name)
    );
    Err(Error::failed(what)
        .with_cause("only uv reads that, and the index may have another package of that name")
        .with_hint(format!(
            "`uv run {}`, or write the source into the block's `dependencies`, as in `{} @ git+https://...`",
            shell_word(file),
            printable(name)
        )))
}

/// What is said first of a block that cannot be read.
pub(super) fn invalid_block_error(file: &Path) -> Error {
    let what = format!("cannot read from {} what it requires", printable(file));
    Error::failed(what).with_hint(format!(
        "mend its `# /// script` block, or run it without: `vrun --no-script-env {}`",
        shell_word(file)
    ))
}

impl ScriptMetadata {
    /// The range as a request for a Python.
    pub(super) fn python_request(&self, file: &Path) -> Option<ExplicitRequest> {
        let range = self
            .requires_python
            .as_ref()
            .filter(|range| !range.is_empty())?;
        Some(ExplicitRequest {
            text: range.into(),
            source: format!("`requires-python` in {}", printable(file)).into(),
        })
    }

    /// Says what of the block is not heeded.
    pub(super) fn warn_ignored_settings(&self, file: &Path, verbosity: Verbosity) {
        if !self.uv_settings.is_empty() {
            let names = self.uv_settings.join(", ");
            verbosity.notice(format_args!(
                "{} has settings for uv alone, which do not count here: {}",
                printable(file),
                printable(names)
            ));
        }
    }

    /// Says where a Python that was asked for is none that the script asks for. Who asked knows best.
    pub(super) fn warn_version_mismatch(
        &self,
        version: Option<&str>,
        file: &Path,
        verbosity: Verbosity,
    ) {
        let range = self.requires_python.as_deref().unwrap_or_default();
        let (Ok(range), Some(Ok(version))) = (
            VersionSpecifiers::from_str(range),
            version.map(Version::from_str),
        ) else {
            return;
        };
        if !range.contains(&version) {
            verbosity.notice(format_args!(
                "{} asks for Python {range}, and gets {version}",
                printable(file)
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_content(content: &str) -> Result<Option<ScriptMetadata>, String> {
        let block = Block {
            content: content.into(),
            line: 3,
        };
        parse_metadata(&block, Path::new("tool.py")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_block_says_which_packages_and_which_python() {
        let wanted =
            parse_content("requires-python = ' >=3.11 '\ndependencies = [' six ', 'a @ ./a']\n");
        let wanted = wanted.expect("readable").expect("wanted");
        assert_eq!(wanted.requires_python.as_deref(), Some(">=3.11"));
        assert_eq!(wanted.dependencies, ["six", "a @ ./a"]);
        assert_eq!(parse_content("[tool.black]\ndependencies = 1\n"), Ok(None));
        let empty = parse_content("dependencies = []\n").expect("readable");
        assert_eq!(empty.expect("wanted").dependencies, [""; 0]);
    }

    #[test]
    fn what_a_block_gets_wrong_is_told() {
        for (content, part) in [
            ("dependencies = [\n'six'\nx\n", "line 5: "),
            (
                "dependencies = 'six'\n",
                "`dependencies` is not a list of strings",
            ),
            (
                "dependencies = [1]\n",
                "`dependencies` is not a list of strings",
            ),
            (
                "dependencies = ['-r x.txt']\n",
                "`-r x.txt` in `dependencies` is not",
            ),
            (
                "dependencies = [\"a\\nb\"]\n",
                "`a\\nb` in `dependencies` is not",
            ),
            (
                "requires-python = 3\n",
                "`requires-python` is not a version specifier",
            ),
            (
                "requires-python = '3.x'\n",
                "`requires-python` is not a version specifier",
            ),
            (
                "dependencies = []\n[tool.uv.sources]\nx = { path = 'x' }\n",
                "`x` comes from",
            ),
        ] {
            let said = parse_content(content).expect_err(content);
            assert!(said.contains(part) && said.contains("tool.py"), "{said}");
        }
    }
}
