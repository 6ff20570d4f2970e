//! A script's block -> which packages and which Python it requires. Read where its environment is made, and at no other
//! time.

use std::path::Path;
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};

use crate::create::Wish;
use crate::error::{Error, shown, typed};
use crate::voice::Voice;

use super::block::Block;

/// What a block says.
#[derive(Debug, PartialEq, Eq)]
pub struct Wanted {
    /// `requires-python`, as it is written.
    pub python: Option<String>,
    /// `dependencies`, each a line for an installer.
    pub packages: Vec<String>,
    /// The settings in `[tool.uv]`, which no other tool reads.
    of_uv: Vec<String>,
}

/// Reads the block of `file`. None where it requires neither packages nor a Python.
///
/// # Errors
/// It is no TOML, or what it says is not of the kind that it should be.
pub fn read(block: &Block, file: &Path) -> Result<Option<Wanted>, Error> {
    let table = table(block, file)?;
    let (python, packages) = (table.get("requires-python"), table.get("dependencies"));
    if python.is_none() && packages.is_none() {
        return Ok(None);
    }
    let uv = table.get("tool").and_then(|tools| tools.get("uv"));
    let uv = uv.and_then(toml::Value::as_table);
    sources(uv.and_then(|uv| uv.get("sources")), file)?;
    Ok(Some(Wanted {
        python: python.map(|value| range(value, file)).transpose()?,
        packages: match packages {
            Some(value) => requirements(value, file)?,
            None => Vec::new(),
        },
        of_uv: uv.map_or(Vec::new(), |uv| uv.keys().cloned().collect()),
    }))
}

fn table(block: &Block, file: &Path) -> Result<toml::Table, Error> {
    let text = str::from_utf8(&block.content)
        .map_err(|_| unreadable(file).cause("it is not UTF-8, as TOML has to be"))?;
    text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(0, |before| before.matches('\n').count());
        let line = block.line + line;
        unreadable(file).cause(format_args!("line {line}: {}", shown(error.message())))
    })
}

fn range(value: &toml::Value, file: &Path) -> Result<String, Error> {
    let text = value.as_str().map(str::trim);
    text.filter(|text| VersionSpecifiers::from_str(text).is_ok())
        .map(str::to_owned)
        .ok_or_else(|| unreadable(file).cause("`requires-python` is not a version specifier"))
}

/// The requirements, none of which is more than that: a line of its own, and no option.
fn requirements(value: &toml::Value, file: &Path) -> Result<Vec<String>, Error> {
    let texts = value
        .as_array()
        .and_then(|items| items.iter().map(toml::Value::as_str).collect());
    let texts: Vec<&str> =
        texts.ok_or_else(|| unreadable(file).cause("`dependencies` is not a list of strings"))?;
    let is_one = |text: &str| {
        let text = text.trim();
        let is_line = !text.contains(['\n', '\r']) && !text.ends_with('\\');
        is_line && !text.is_empty() && !text.starts_with(['-', '#'])
    };
    match texts.iter().find(|text| !is_one(text)) {
        Some(text) => Err(unreadable(file).cause(format_args!(
            "`{}` in `dependencies` is not a requirement",
            shown(text)
        ))),
        None => Ok(texts.into_iter().map(|text| text.trim().into()).collect()),
    }
}

/// Without its source a package would be another one of that name, from the index.
fn sources(sources: Option<&toml::Value>, file: &Path) -> Result<(), Error> {
    let names = sources.and_then(toml::Value::as_table);
    let names: Vec<_> = names.into_iter().flat_map(toml::Table::keys).collect();
    let Some(name) = names.first() else {
        return Ok(());
    };
    let what = format!(
        "{} says by [tool.uv.sources] where `{}` comes from",
        shown(file),
        shown(name)
    );
    Err(Error::failed(what)
        .cause("only uv reads that, and the index may have another package of that name")
        .hint(format!(
            "`uv run {}`, or write the source into the block's `dependencies`, as in `{} @ git+https://...`",
            typed(file),
            shown(name)
        )))
}

/// What is said first of a block that cannot be read.
pub fn unreadable(file: &Path) -> Error {
    let what = format!("cannot read from {} what it requires", shown(file));
    Error::failed(what).hint(format!(
        "mend its `# /// script` block, or run it without: `vrun --no-script-env {}`",
        typed(file)
    ))
}

impl Wanted {
    /// The range as a request for a Python.
    pub fn wish(&self, file: &Path) -> Option<Wish> {
        let range = self.python.as_ref().filter(|range| !range.is_empty())?;
        Some(Wish {
            text: range.into(),
            from: format!("`requires-python` in {}", shown(file)).into(),
        })
    }

    /// Says what of the block is not heeded.
    pub fn tell_unheeded(&self, file: &Path, voice: Voice) {
        if !self.of_uv.is_empty() {
            let names = self.of_uv.join(", ");
            voice.tell(format_args!(
                "{} has settings for uv alone, which do not count here: {}",
                shown(file),
                shown(names)
            ));
        }
    }

    /// Says where a Python that was asked for is none that the script asks for. Who asked knows best.
    pub fn tell_misfit(&self, version: Option<&str>, file: &Path, voice: Voice) {
        let range = self.python.as_deref().unwrap_or_default();
        let (Ok(range), Some(Ok(version))) = (
            VersionSpecifiers::from_str(range),
            version.map(Version::from_str),
        ) else {
            return;
        };
        if !range.contains(&version) {
            voice.tell(format_args!(
                "{} asks for Python {range}, and gets {version}",
                shown(file)
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(content: &str) -> Result<Option<Wanted>, String> {
        let block = Block {
            content: content.into(),
            line: 3,
        };
        read(&block, Path::new("tool.py")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_block_says_which_packages_and_which_python() {
        let wanted = of("requires-python = ' >=3.11 '\ndependencies = [' six ', 'a @ ./a']\n");
        let wanted = wanted.expect("readable").expect("wanted");
        assert_eq!(wanted.python.as_deref(), Some(">=3.11"));
        assert_eq!(wanted.packages, ["six", "a @ ./a"]);
        assert_eq!(of("[tool.black]\ndependencies = 1\n"), Ok(None));
        let empty = of("dependencies = []\n").expect("readable");
        assert_eq!(empty.expect("wanted").packages, [""; 0]);
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
            let said = of(content).expect_err(content);
            assert!(said.contains(part) && said.contains("tool.py"), "{said}");
        }
    }
}
