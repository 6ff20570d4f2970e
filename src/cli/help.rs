//! The help: `--help` is everything, `-h` one screen of what people use most.

use std::ffi::OsString;

use clap::{Command, CommandFactory};

use super::args::CliArgs;

const USAGE: &str = "vrun [OPTIONS] COMMAND [ARG]...
       vrun [OPTIONS] FILE.py [ARG]...
       vrun [OPTIONS] -s FILE [ARG]...
       vrun [OPTIONS] -m MODULE [ARG]...
       vrun [OPTIONS] -c LINE [ARG]...
       vrun [OPTIONS] --sync [COMMAND [ARG]...]
       vrun [OPTIONS] --create [OPTIONS OF --create]
       vrun [OPTIONS] --info [--json | --json-schema]
       vrun [OPTIONS] --doctor [--json] | --repair
       vrun [OPTIONS] --export SHELL [--undo]
       vrun [OPTIONS] --which [-a] NAME
       vrun [OPTIONS] --shims DIR NAME...
       vrun --completions SHELL | --man";

const AFTER_HELP: &str = "\
Variables: VRUN_PROJECT, VRUN_ENV and VRUN_REQUIREMENTS (paths relative to the
project), VRUN_PYTHON, VRUN_NO_CREATE, VRUN_NO_INSTALL, VRUN_NO_DEV,
VRUN_NO_SCRIPT_ENV, VRUN_OUTSIDE, VRUN_ISOLATED, VRUN_QUIET and VRUN_VERBOSE
set the options of the same names. VRUN_SYNC=1 installs changed requirements
before a command runs. VRUN_INSTALLER is pip or uv. VRUN_SHELL is the shell of
-c, instead of sh. VRUN_NAME replaces the names .venv, venv and env.
VRUN_CEILING_DIRECTORIES limits the search, as git's variable does. VRUN_TRUST
lists directories of other users whose files are trusted. VRUN_CACHE_DIR moves
the cache.

SHELL is sh, bash, zsh, fish, powershell or cmd; --export also takes dotenv (a
.env file) and github (GitHub Actions).

Exit status: the program's own; 1 if --doctor or --repair found problems; 125
if vrun failed, 126 if the program cannot be run or is refused, 127 if it was
not found, 130 if Ctrl-C interrupted creating or installing.";

const SHORT_USAGE: &str = "vrun [OPTIONS] COMMAND [ARG]...
       vrun [OPTIONS] FILE.py [ARG]...";

const SHORT_AFTER_HELP: &str = "\
Example: `vrun pytest -q` in a fresh clone creates .venv, installs what the
project requires, and runs pytest. `vrun --help` lists all options, and
`vrun --man` prints the man page, which has all rules.";

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

/// The help that the words before the program ask for.
pub(super) fn requested_help(words: &[OsString]) -> String {
    match words.iter().any(|word| word == "--help") {
        true => command().render_help().to_string(),
        false => short_help(),
    }
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
