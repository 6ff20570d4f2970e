//! argv and the variables of the options -> the action to take. clap lives here only.

mod action;
mod action_args;
mod args;
mod argv;
mod argv0;
mod bool_from_env;
mod completions;
mod create_args;
mod fast_path;
mod install_args;
mod man;
mod parse;
mod precedence;
mod resolve;
mod resolve_action;
mod shell_flags;
mod usage;

pub(crate) use action::{
    Action, AutoCreate, EnvSource, Format, Mode, RunRequest, ScriptEnv, Settings, WhichMode,
};
pub(crate) use parse::parse;
