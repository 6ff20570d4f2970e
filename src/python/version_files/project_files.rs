//! A project's directory -> the content of its files, if they are trusted, and the requests in them.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pep440_rs::VersionSpecifiers;

use crate::error::{Error, io_reason};
use crate::process::Process;
use crate::python::request::{PythonRequest, RequestSource};
use crate::python::request_syntax::RequestKind;
use crate::quote::{printable, toml_cause};
use crate::read::{MAX_LINE_FILE, MAX_TEXT, decode_text, read_file, read_text};
use crate::trust::{self, Trust};

pub(super) struct ProjectFiles<'a> {
    pub dir: &'a Path,
    pub trust: Trust,
    pub process: &'a Process,
}

impl ProjectFiles<'_> {
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// A file with a version in its first lines; None if there is none.
    pub(super) fn read_short(&self, name: &str) -> Result<Option<String>, Error> {
        let bytes = self.read_with(name, |file| read_file(file, MAX_LINE_FILE))?;
        Ok(bytes.map(|bytes| decode_text(&bytes)))
    }

    /// A text, in whatever encoding; None if there is no such file.
    pub(super) fn read_any(&self, name: &str) -> Result<Option<String>, Error> {
        let bytes = self.read_with(name, |file| read_file(file, MAX_TEXT))?;
        Ok(bytes.map(|bytes| decode_text(&bytes)))
    }

    /// The tables of a TOML file up to the first line that starts with `end`; None if there is no such file.
    pub(super) fn read_toml(&self, name: &str, end: &str) -> Result<Option<toml::Table>, Error> {
        let Some(text) = self.read_with(name, |file| read_text(file, MAX_TEXT))? else {
            return Ok(None);
        };
        let text = match end {
            "" => &*text,
            end => text.split(&format!("\n{end}")).next().unwrap_or(&text),
        };
        let tables = text.parse().map(Some);
        tables.map_err(|error| {
            unreadable_request(&self.path(name)).with_cause(toml_cause(text, 1, &error))
        })
    }

    fn read_with<T>(
        &self,
        name: &str,
        read: impl Fn(&Path) -> io::Result<T>,
    ) -> Result<Option<T>, Error> {
        let file = &self.path(name);
        if let Ok(found) = trust::read_metadata(file)
            && let Some(owner) = self.trust.untrusted_marker_owner(&found, self.dir)
        {
            let way_on = "`-p REQUEST` names a Python, such as `-p 3.12`";
            return Err(owner.to_file_error(file, &self.trust, way_on));
        }
        match read(file) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreadable_request(file).with_cause(io_reason(&error))),
        }
    }

    /// The request for the versions that `specifiers` admit, which are those of the setting `key` in `name`, there
    /// written as `text`. None if they admit all.
    pub(super) fn range(
        &self,
        name: &str,
        key: &'static str,
        text: &str,
        specifiers: &str,
    ) -> Result<Option<PythonRequest>, Error> {
        if specifiers.is_empty() {
            return Ok(None);
        }
        let range = VersionSpecifiers::from_str(specifiers);
        let range = range.map_err(|_| self.invalid(name, key))?;
        Ok(Some(self.setting(
            name,
            key,
            text,
            RequestKind::Range(range),
        )))
    }

    pub(super) fn setting(
        &self,
        name: &str,
        key: &'static str,
        text: &str,
        kind: RequestKind,
    ) -> PythonRequest {
        PythonRequest {
            kind,
            text: text.into(),
            source: RequestSource::Setting {
                file: self.path(name),
                key,
            },
        }
    }

    pub(super) fn invalid(&self, name: &str, key: &str) -> Error {
        unreadable_request(&self.path(name))
            .with_cause(format_args!("`{key}` is not a version specifier"))
    }
}

pub(super) fn unreadable_request(file: &Path) -> Error {
    let what = format!("cannot read which Python to use from {}", printable(file));
    Error::failed(what)
        .with_hint("fix that file, or name a Python with `-p REQUEST`, such as `-p 3.12`")
}
