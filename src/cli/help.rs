//! The help: `--help` is everything, `-h` one screen of what people use most.

use std::ffi::OsString;

use clap::{Command, CommandFactory};

use crate::error::Error;

use super::args::CliArgs;
use super::chapters;

const USAGE: &str = "vrun [OPTIONS] COMMAND [ARG]...
       vrun [OPTIONS] FILE.py [ARG]...
       vrun [OPTIONS] -s FILE [ARG]...
       vrun [OPTIONS] -m MODULE [ARG]...
       vrun [OPTIONS] -c LINE [ARG]...
       vrun [OPTIONS] --sync [COMMAND [ARG]...]
       vrun [OPTIONS] --create [OPTIONS OF --create]
       vrun [OPTIONS] --info [--json | --json-schema] [FILE.py]
       vrun [OPTIONS] --doctor [--json] [FILE.py] | --repair
       vrun [OPTIONS] --cache [--json] [--clear [--unused]]
       vrun [OPTIONS] --export SHELL [--undo | FILE.py]
       vrun [OPTIONS] --which [-a] NAME
       vrun [OPTIONS] --shims DIR NAME...
       vrun --completions SHELL | --man";

const AFTER_HELP: &str = "\
[VRUN_...] is the variable of an option. Paths in VRUN_ENV, VRUN_REQUIREMENTS
are relative to the project; VRUN_SYNC=1 installs what has changed. There are
also VRUN_INSTALLER (pip or uv), VRUN_SHELL (the shell of -c), VRUN_NAME
(instead of .venv, venv, env), VRUN_CEILING_DIRECTORIES (limits of the search),
VRUN_TRUST (directories of others that are trusted), VRUN_CACHE_DIR.

SHELL of --export is sh, bash, zsh, fish, powershell, cmd, or dotenv (a .env
file) or github (GitHub Actions); of --completions bash, zsh, fish, powershell,
elvish or nushell.

Exit status: the program's own; 1 if --doctor or --repair found problems; 125
if vrun failed, 126 if the program cannot be run or is refused, 127 if it was
not found, 130 if Ctrl-C interrupted creating or installing.

Examples:
  vrun pytest -q                    a program of the environment
  vrun tool.py                      a file, with the environment's Python
  vrun -c 'pip list | grep pytest'  a shell command line
  vrun -n pytest                    what would run
  vrun -p 3.12 --create             create the environment, with Python 3.12
  vrun --sync                       install what the project requires

`vrun --help TOPIC` prints a chapter of the manual. The topics:";

const SHORT_USAGE: &str = "vrun [OPTIONS] COMMAND [ARG]...
       vrun [OPTIONS] FILE.py [ARG]...";

const SHORT_AFTER_HELP: &str = "\
Example: `vrun pytest -q` in a fresh clone creates .venv, installs what the
project requires, and runs pytest. `vrun --help` lists all options and topics;
`vrun --help TOPIC` prints a chapter of the manual, `vrun --man` all of it.";

/// The options of `-h`, by clap's names.
const SHORT_OPTIONS: [&str; 12] = [
    "module", "line", "dry_run", "env", "python", "sync", "create", "info", "doctor", "repair",
    "help", "version",
];

/// With everything that `--help` tells.
pub(super) fn command() -> Command {
    CliArgs::command()
        .override_usage(USAGE)
        .after_help(AFTER_HELP)
}

/// The help that the words before the program ask for: of the topics after them, if there are any.
///
/// # Errors
/// There is no such topic.
pub(super) fn requested_help(words: &[OsString], topics: &[OsString]) -> Result<String, Error> {
    if !topics.is_empty() {
        let chapters: Result<Vec<_>, _> = topics.iter().map(chapters::chapter).collect();
        return chapters.map(|chapters| chapters.join("\n"));
    }
    Ok(match words.iter().any(|word| word == "--help") {
        true => full_help(),
        false => short_help(),
    })
}

fn full_help() -> String {
    let command = command().mut_args(|arg| match (arg.get_help(), arg.get_env()) {
        (Some(help), Some(variable)) => {
            let help = format!("{help} [{}]", variable.to_string_lossy());
            arg.help(help)
        }
        _ => arg,
    });
    let topics = chapters::topic_lines();
    let mut command = command.after_help(format!("{AFTER_HELP}\n{topics}"));
    command.render_help().to_string()
}

pub(super) fn short_help() -> String {
    let is_shown = |id: &str| SHORT_OPTIONS.contains(&id);
    let command = CliArgs::command().mut_args(|arg| {
        let is_hidden = !is_shown(arg.get_id().as_str());
        arg.hide(is_hidden)
    });
    let mut command = command
        .override_usage(SHORT_USAGE)
        .after_help(SHORT_AFTER_HELP);
    command.render_help().to_string()
}
