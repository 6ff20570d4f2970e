//! The index that a Pipfile or Poetry's tables name in place of PyPI: what they require is meant to come from there.

use toml::{Table, Value};

use crate::process::Process;

/// Where packages come from for which nothing else is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ManifestIndex {
    pub name: String,
    /// As it is written: a Pipfile's may hold variables.
    url: String,
}

/// The first `[[source]]` of a Pipfile: pipenv takes from others only what names them.
pub(super) fn pipfile_index(tables: &Table) -> Option<ManifestIndex> {
    index(tables.get("source")?.as_array()?.first()?)
}

/// Poetry's one primary source, which stands for PyPI.
pub(super) fn poetry_index(sources: &Value) -> Option<ManifestIndex> {
    let is_primary = |source: &&Value| {
        let priority = source.get("priority").and_then(Value::as_str);
        let is_secondary = source.get("secondary").and_then(Value::as_bool) == Some(true);
        priority.is_none_or(|it| ["primary", "default"].contains(&it)) && !is_secondary
    };
    let mut primary = sources.as_array()?.iter().filter(is_primary);
    let first = primary.next()?;
    primary.next().is_none().then(|| index(first)).flatten()
}

/// None for PyPI itself: the user may have a mirror.
fn index(source: &Value) -> Option<ManifestIndex> {
    let text = |key: &str| source.get(key).and_then(Value::as_str).map(str::to_owned);
    let url = text("url")?;
    let is_pypi = ["//pypi.org/", "//pypi.python.org/"];
    let is_pypi = is_pypi.iter().any(|host| url.contains(host));
    (!is_pypi).then_some(ManifestIndex {
        name: text("name").unwrap_or_default(),
        url,
    })
}

impl ManifestIndex {
    /// The URL with the values of its variables: `https://$USER:${TOKEN}@example.org/`. One that is unset stays.
    pub(crate) fn url(&self, process: &Process) -> String {
        let mut url = String::new();
        let mut parts = self.url.split('$');
        url.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            let braced = part.strip_prefix('{').and_then(|rest| rest.split_once('}'));
            let end = part.find(|letter| !is_name(letter)).unwrap_or(part.len());
            let (name, rest) = braced.unwrap_or_else(|| part.split_at(end));
            match process.var(name).and_then(|value| value.to_str()) {
                Some(value) => url.extend([value, rest]),
                None => url.extend(["$", part]),
            }
        }
        url
    }

    /// The URL as it is written, without a login.
    pub(crate) fn display_url(&self) -> String {
        match (self.url.split_once("://"), self.url.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://{rest}"),
            _ => self.url.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_an_index_have_their_values() {
        let process = Process {
            vars: vec![("TOKEN".into(), "s3".into())],
            ..Process::default()
        };
        for (url, expected) in [
            ("https://a:$TOKEN@b/$NONE", "https://a:s3@b/$NONE"),
            ("https://${TOKEN}x/${NONE}$", "https://s3x/${NONE}$"),
        ] {
            let index = ManifestIndex {
                name: String::new(),
                url: url.into(),
            };
            assert_eq!(index.url(&process), expected);
            assert!(!index.display_url().contains("TOKEN@"), "{url}");
        }
    }

    #[test]
    fn a_source_in_place_of_pypi_is_found() {
        let found = |text: &str| {
            let table: Table = text.parse().expect("TOML");
            let pipfile = pipfile_index(&table);
            let poetry = table.get("source").and_then(poetry_index);
            [pipfile, poetry].map(|index| index.map_or(String::new(), |index| index.url))
        };
        let corp = "[[source]]\nname = 'corp'\nurl = 'https://corp/'\n";
        let pypi = "[[source]]\nname = 'pypi'\nurl = 'https://pypi.org/simple'\n";
        let explicit = format!("{corp}priority = 'explicit'\n");
        for (text, expected) in [
            (corp.to_owned(), ["https://corp/", "https://corp/"]),
            (pypi.to_owned(), ["", ""]),
            (format!("{pypi}{corp}"), ["", ""]),
            (format!("{pypi}{explicit}"), ["", ""]),
            (explicit, ["https://corp/", ""]),
        ] {
            assert_eq!(found(&text), expected, "{text}");
        }
    }
}
