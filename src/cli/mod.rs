//! argv and the variables of the options -> the action to take. clap is used only here.

mod action;
mod args;
mod argv;
mod argv0;
mod chapters;
mod completions;
mod fast_path;
mod help;
mod man;
mod parse;
mod resolve;
mod resolve_action;
mod shell_flags;

pub(crate) use action::{
    Action, AutoCreate, EnvSource, Format, Mode, RunRequest, ScriptEnv, Settings, WhichMode,
};
pub(crate) use parse::parse;
