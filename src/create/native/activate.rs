//! The activation scripts: the base interpreter's own templates, filled in for this environment.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use super::{Plan, failed, make_dir};
use crate::os;
use crate::venv::scripts;

/// Fills in each template (EnvBuilder.install_scripts). A base without templates gives none.
///
/// # Errors
/// A template cannot be read, or a script not be written.
pub fn write(plan: &Plan<'_>) -> io::Result<()> {
    let templates = plan.base.stdlib.join("venv").join("scripts");
    for folder in ["common", os::TEMPLATES] {
        write_all(&templates.join(folder), &scripts(plan.root), plan)?;
    }
    Ok(())
}

/// Those of one folder, and of the folders in it.
fn write_all(folder: &Path, scripts: &Path, plan: &Plan<'_>) -> io::Result<()> {
    let unread = |error: io::Error| failed("read", folder, &error);
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        other => other.map_err(unread)?,
    };
    for entry in entries {
        let entry = entry.map_err(unread)?;
        let (template, to) = (entry.path(), scripts.join(entry.file_name()));
        if entry.file_type().map_err(unread)?.is_dir() {
            make_dir(&to)?;
            write_all(&template, &to, plan)?;
            continue;
        }
        // What starts Python lies beside them on Windows.
        let ending = template.extension().unwrap_or_default();
        if ending == "exe" || ending == "pdb" {
            continue;
        }
        let text = match fs::read_to_string(&template) {
            // venv passes over what is no text.
            Err(error) if error.kind() == ErrorKind::InvalidData => continue,
            other => other.map_err(|error| failed("read", &template, &error))?,
        };
        let era = match ending == "bat" {
            true => Era::Raw,
            false => era(&text),
        };
        super::write(&to, filled(&text, era, plan))?;
        os::copy_mode(&template, &to).map_err(|error| failed("write", &to, &error))?;
    }
    Ok(())
}

/// How a template takes its values. The change came with CVE-2024-9287, and distributions took it back to
/// old versions, so the template says, not the version.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Era {
    /// Between the template's own quotes, as they are; in a batch file always.
    Raw,
    /// Quoted for a shell.
    Quoted,
}

fn era(template: &str) -> Era {
    let raw = template.contains("\"__VENV_DIR__\"") || !template.contains("__VENV_DIR__");
    if raw { Era::Raw } else { Era::Quoted }
}

fn filled(template: &str, era: Era, plan: &Plan<'_>) -> String {
    let value = |text: &str| match era {
        Era::Raw => text.to_owned(),
        Era::Quoted => quoted(text),
    };
    let home = plan.home.to_string_lossy();
    let name = plan.home.file_name().unwrap_or_default().to_string_lossy();
    let prompt = plan.prompt.as_deref().unwrap_or(&name);
    let prompt = match plan.base.version {
        (3, 13..) => prompt.to_owned(),
        // The templates add the parentheses from 3.13 on.
        _ => format!("({prompt}) "),
    };
    let python = crate::venv::python(plan.home);
    template
        .replace("__VENV_DIR__", &value(&home))
        .replace("__VENV_NAME__", &value(&name))
        .replace("__VENV_PROMPT__", &value(&prompt))
        .replace("__VENV_BIN_NAME__", &value(os::SCRIPTS))
        .replace("__VENV_PYTHON__", &value(&python.to_string_lossy()))
}

/// As Python's shlex.quote: bare where nothing in it means something to a shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\"'\"'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_quoted_as_pythons_shlex_does() {
        for (text, expected) in [
            ("/a/b-c", "/a/b-c"),
            ("a b", "'a b'"),
            ("it's", r#"'it'"'"'s'"#),
            ("", "''"),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }

    #[test]
    fn the_template_itself_says_whether_it_wants_quotes() {
        assert!(era("VIRTUAL_ENV=\"__VENV_DIR__\"") == Era::Raw);
        assert!(era("VIRTUAL_ENV=__VENV_DIR__") == Era::Quoted);
    }
}
