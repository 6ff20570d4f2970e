//! argv and the variables of the options -> the action to take. clap is used only here.

mod action;
mod args;
mod argv;
mod argv0;
mod chapters;
mod complete;
mod completions;
mod fast_path;
mod help;
mod man;
mod parse;
mod parse_with_clap;
mod resolve;
mod resolve_action;
mod shell_flags;

pub(crate) use action::{
    Action, AutoCreate, CacheWork, Completion, CompletionShell, EnvSource, Format, Mode,
    RunRequest, ScriptEnv, Settings, Subject, WhichMode,
};
pub(crate) use parse::parse;
