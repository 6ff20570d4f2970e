//! The commands of hints, for the shell that people paste them into. A value or a path is a word of that shell already.

/// The shell, as it is started and as `--export` names it.
pub(crate) const HINT_SHELL: &str = "sh";
/// What downloads a file.
pub(crate) const CURL: &str = "curl";
/// What separates the paths that a command of the shell's own takes.
pub(crate) const PATH_LIST_SEPARATOR: &str = " ";

/// Sets a variable for all that follows.
pub(crate) fn set_var_command(name: &str, value: &str) -> String {
    format!("export {name}={value}")
}

/// Runs `command` with a variable.
pub(crate) fn with_var_command(name: &str, value: &str, command: &str) -> String {
    format!("{name}={value} {command}")
}

/// Has vrun, called as `call`, run a command with a variable.
pub(crate) fn env_command(call: &str) -> String {
    format!("{call} env NAME=VALUE COMMAND")
}

pub(crate) fn unset_vars_command(names: &[&str]) -> String {
    format!("unset {}", names.join(" "))
}

/// Runs the lines that `command` prints in the shell itself.
pub(crate) fn eval_command(command: &str) -> String {
    format!("eval \"$({command})\"")
}

/// Adds a line to a text file.
pub(crate) fn append_line_command(line: &str, file: &str) -> String {
    format!("echo '{line}' >>{file}")
}

/// Writes what `command` prints to a text file.
pub(crate) fn save_output_command(command: &str, file: &str) -> String {
    format!("{command} > {file}")
}

pub(crate) fn show_owner_command(path: &str) -> String {
    format!("ls -ld {path}")
}
