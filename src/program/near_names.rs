//! A name that is nowhere -> what the user is likely to have meant: an action of vrun's, or a program of a similar name.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use crate::os;
use crate::quote::{printable, shell_word};

use super::context::ResolveContext;
use super::lookup::is_in;
use super::model::Program;

/// No shorter name is offered.
const MIN_LENGTH: usize = 4;

/// A name on PATH is offered only if what was typed is this long: below, one letter makes too many others.
const MIN_PATH_NAME: usize = 5;

/// What to type instead of `name`, if that is known.
pub(super) fn suggestion(name: &OsStr, context: &ResolveContext<'_>) -> Option<String> {
    let name = match os::is_activation_script(name) {
        true => "activate",
        false => name.to_str()?,
    };
    let near_action = || nearest_name(name, ACTIONS.map(str::to_owned).to_vec());
    let hint = action_hint(name, context);
    let hint = hint.or_else(|| action_hint(&near_action()?, context));
    hint.or_else(|| {
        let scripts = program_names(&context.scripts_dir());
        let nearest = nearest_name(name, scripts).or_else(|| {
            let dirs = os::split_paths(context.path).filter(|dir| dir.is_absolute());
            let names = dirs.flat_map(|dir| program_names(&dir));
            (name.chars().count() >= MIN_PATH_NAME).then(|| nearest_name(name, names.collect()))?
        })?;
        let call = context.vrun_command();
        Some(format!("did you mean `{call} {}`?", shell_word(nearest)))
    })
}

/// The names that [`action_hint`] knows and that a slip may change.
const ACTIONS: [&str; 7] = [
    "install", "doctor", "create", "repair", "activate", "shell", "sync",
];

/// What other tools have as a command and vrun as an option.
fn action_hint(name: &str, context: &ResolveContext<'_>) -> Option<String> {
    let call = context.vrun_command();
    Some(match name {
        "run" => format!("`{call} COMMAND` runs a command, without `run`"),
        "sync" => format!("`{call} --sync` installs what the project requires"),
        "install" | "add" => format!("`{call} pip install PACKAGE` installs a package"),
        "help" => "`vrun --help` lists all options, `vrun --help TOPIC` explains them".to_owned(),
        "doctor" | "info" | "create" | "repair" => format!("it is an option: `{call} --{name}`"),
        "update" | "upgrade" => format!("`{call} --sync --upgrade` upgrades what is required"),
        "remove" | "uninstall" => format!("`{call} pip uninstall PACKAGE` removes a package"),
        "list" | "freeze" => format!("`{call} pip {name}` lists the packages"),
        "init" | "venv" => format!("`{call} --create` creates the environment"),
        "version" => "it is an option: `vrun --version`".to_owned(),
        "activate" | "source" => {
            let eval = export_to_shell_command(&call);
            format!("`{eval}` changes the running shell")
        }
        "shell" => format!(
            "`{call} {}` starts a shell in the environment",
            os::HINT_SHELL
        ),
        _ => return None,
    })
}

/// What has the running shell see what a program does.
pub(super) fn export_to_shell_command(call: &str) -> String {
    os::eval_command(&format!("{call} --export {}", os::HINT_SHELL))
}

/// A line where the user is likely to have meant an action of vrun's, and the system has a program of that name:
/// `vrun sync`, and `vrun install NAME`, which install(1) would refuse.
pub(super) fn namesake_warning(program: &Program, context: &ResolveContext<'_>) -> Option<String> {
    let mut words = program.argv.iter().filter_map(|word| word.to_str());
    let (name, count) = (words.next()?, program.argv.len());
    let is_meant = matches!((name, count), ("sync", 1) | ("install", 1 | 2));
    if !is_meant || is_in(&context.scripts_dir(), &program.file) {
        return None;
    }
    let (file, hint) = (printable(&program.file), action_hint(name, context)?);
    Some(format!("`{name}` is {file}; {hint}"))
}

/// The names of a directory's programs, as they are typed.
fn program_names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let names = names.map(|name| os::normalize_program_name(&name).into_owned());
    let is_program = |name: &String| !name.to_ascii_lowercase().starts_with("activate");
    names.filter(is_program).collect()
}

/// The name that is nearest to `typed`, if one is near: a letter in four may differ, or two may have changed places.
pub(crate) fn nearest_name(typed: &str, names: Vec<String>) -> Option<String> {
    let most = typed.chars().count() / 4;
    let distances = names
        .into_iter()
        .filter(|name| name.len() >= MIN_LENGTH)
        .map(|name| (strsim::osa_distance(typed, &name), name));
    let near = distances.filter(|(distance, _)| (1..=most.min(2)).contains(distance));
    near.min().map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_near_and_another_word_is_not() {
        let names = || {
            ["pytest", "pip", "black", "coverage", "tox"]
                .map(str::to_owned)
                .to_vec()
        };
        for (typed, expected) in [
            ("pytset", Some("pytest")),
            ("pytes", Some("pytest")),
            ("blakc", Some("black")),
            ("covrage", Some("coverage")),
            ("converage", Some("coverage")),
            ("top", None),
            ("pipx", None),
            ("blak", Some("black")),
            ("pylint", None),
            ("", None),
        ] {
            assert_eq!(nearest_name(typed, names()).as_deref(), expected, "{typed}");
        }
    }
}
