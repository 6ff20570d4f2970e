//! The activation scripts: the base interpreter's own templates, filled in for this environment.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::fs::{make_dir, path_error, write_file};
use crate::os;
use crate::quote::shlex_quote;
use crate::venv::{self, scripts_dir};

use super::plan::BuildPlan;

/// Fills in each template (EnvBuilder.install_scripts). A base without templates gives none.
///
/// # Errors
/// A template cannot be read, or a script not be written.
pub(super) fn write_scripts(plan: &BuildPlan<'_>) -> io::Result<()> {
    let templates = plan.base.stdlib.join("venv").join("scripts");
    for folder in ["common", os::TEMPLATES_DIR] {
        write_folder(&templates.join(folder), &scripts_dir(plan.root), plan)?;
    }
    Ok(())
}

/// Those of one folder, and of the folders in it.
fn write_folder(folder: &Path, scripts: &Path, plan: &BuildPlan<'_>) -> io::Result<()> {
    let unread = |error: io::Error| path_error("read", folder, &error);
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        other => other.map_err(unread)?,
    };
    for entry in entries {
        let entry = entry.map_err(unread)?;
        let (template, to) = (entry.path(), scripts.join(entry.file_name()));
        if entry.file_type().map_err(unread)?.is_dir() {
            make_dir(&to)?;
            write_folder(&template, &to, plan)?;
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
            other => other.map_err(|error| path_error("read", &template, &error))?,
        };
        let era = match ending == "bat" {
            true => TemplateStyle::Raw,
            false => template_style(&text),
        };
        write_file(&to, fill_template(&text, era, plan))?;
        os::copy_mode(&template, &to).map_err(|error| path_error("write", &to, &error))?;
    }
    Ok(())
}

/// How a template takes its values. The change came with CVE-2024-9287, and distributions took it back to
/// old versions, so the template says, not the version.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TemplateStyle {
    /// Between the template's own quotes, as they are; in a batch file always.
    Raw,
    /// Quoted for a shell.
    Quoted,
}

fn template_style(template: &str) -> TemplateStyle {
    let raw = template.contains("\"__VENV_DIR__\"") || !template.contains("__VENV_DIR__");
    if raw {
        TemplateStyle::Raw
    } else {
        TemplateStyle::Quoted
    }
}

fn fill_template(template: &str, era: TemplateStyle, plan: &BuildPlan<'_>) -> String {
    let value = |text: &str| match era {
        TemplateStyle::Raw => text.to_owned(),
        TemplateStyle::Quoted => {
            String::from_utf8_lossy(&shlex_quote(text.as_bytes())).into_owned()
        }
    };
    let home = plan.final_root.to_string_lossy();
    let name = plan
        .final_root
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    let prompt = plan.prompt.as_deref().unwrap_or(&name);
    let prompt = match plan.base.version {
        (3, 13..) => prompt.to_owned(),
        // The templates add the parentheses from 3.13 on.
        _ => format!("({prompt}) "),
    };
    let python = venv::python_path(plan.final_root);
    template
        .replace("__VENV_DIR__", &value(&home))
        .replace("__VENV_NAME__", &value(&name))
        .replace("__VENV_PROMPT__", &value(&prompt))
        .replace("__VENV_BIN_NAME__", &value(os::SCRIPTS_DIR))
        .replace("__VENV_PYTHON__", &value(&python.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_itself_says_whether_it_wants_quotes() {
        assert!(template_style("VIRTUAL_ENV=\"__VENV_DIR__\"") == TemplateStyle::Raw);
        assert!(template_style("VIRTUAL_ENV=__VENV_DIR__") == TemplateStyle::Quoted);
    }
}
