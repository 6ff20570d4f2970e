//! The activation scripts: the base interpreter's own templates, filled in for this environment.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::fs::{make_dir, path_error, write_file};
use crate::os;
use crate::quote::shlex_quote;
use crate::read::{MAX_TEXT, read_text};
use crate::venv::{self, scripts_dir};

use super::plan::BuildPlan;

/// Fills in each template (EnvBuilder.install_scripts). A base without templates gives none.
pub(crate) fn write_activation_scripts(plan: &BuildPlan<'_>) -> io::Result<()> {
    let templates = plan.base.stdlib.join("venv").join("scripts");
    for folder in ["common", os::TEMPLATES_DIR] {
        write_folder(&templates.join(folder), &scripts_dir(plan.root), plan)?;
    }
    Ok(())
}

fn write_folder(folder: &Path, scripts: &Path, plan: &BuildPlan<'_>) -> io::Result<()> {
    let unreadable = |error: io::Error| path_error("read", folder, &error);
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        other => other.map_err(unreadable)?,
    };
    for entry in entries {
        let entry = entry.map_err(unreadable)?;
        let (template, to) = (entry.path(), scripts.join(entry.file_name()));
        if entry.file_type().map_err(unreadable)?.is_dir() {
            make_dir(&to)?;
            write_folder(&template, &to, plan)?;
            continue;
        }
        // On Windows the launchers are in the same folder.
        let extension = template.extension().unwrap_or_default();
        if extension == "exe" || extension == "pdb" {
            continue;
        }
        let text = match read_text(&template, MAX_TEXT) {
            // venv skips what is not text.
            Err(error) if error.kind() == ErrorKind::InvalidData => continue,
            other => other.map_err(|error| path_error("read", &template, &error))?,
        };
        let is_quoted = extension != "bat" && wants_quotes(&text);
        write_file(&to, fill_template(&text, is_quoted, plan))?;
        os::copy_mode(&template, &to).map_err(|error| path_error("write", &to, &error))?;
    }
    Ok(())
}

/// Whether a template takes its values quoted for a shell, not as they are between its own quotes. The change came with
/// CVE-2024-9287, and distributions backported it, so the template shows it, not the version.
fn wants_quotes(template: &str) -> bool {
    template.contains("__VENV_DIR__") && !template.contains("\"__VENV_DIR__\"")
}

fn fill_template(template: &str, is_quoted: bool, plan: &BuildPlan<'_>) -> String {
    let value = |text: &str| match is_quoted {
        true => String::from_utf8_lossy(&shlex_quote(text.as_bytes())).into_owned(),
        false => text.to_owned(),
    };
    let root = plan.final_root;
    let name = root.file_name().unwrap_or_default().to_string_lossy();
    let prompt = plan.prompt.as_deref().unwrap_or(&name);
    let prompt = match plan.base.version {
        (3, 13..) => prompt.to_owned(),
        // From 3.13 on the templates add the parentheses.
        _ => format!("({prompt}) "),
    };
    let python = venv::python_path(root);
    template
        .replace("__VENV_DIR__", &value(&root.to_string_lossy()))
        .replace("__VENV_NAME__", &value(&name))
        .replace("__VENV_PROMPT__", &value(&prompt))
        .replace("__VENV_BIN_NAME__", &value(os::SCRIPTS_DIR))
        .replace("__VENV_PYTHON__", &value(&python.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_shows_whether_it_needs_quotes() {
        assert!(!wants_quotes("VIRTUAL_ENV=\"__VENV_DIR__\""));
        assert!(wants_quotes("VIRTUAL_ENV=__VENV_DIR__"));
    }
}
