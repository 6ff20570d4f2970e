//! A name -> the file that runs, or 126 or 127.

pub(crate) mod broken;
mod context;
mod handoff;
mod install_hint;
mod lookup;
mod manager_shim;
mod missing_python;
mod model;
mod near_names;
mod not_found;
mod pe_resources;
mod predict;
mod python_names;
mod resolve;
pub(crate) mod script_interpreter;
mod script_policy;
pub(crate) mod shebang;
mod shell;
mod shell_line;
mod shim;
mod simple_command;
mod source_text;
mod warnings;
pub(crate) mod which;
mod windows_launcher;

pub(crate) use context::{EnvQueries, ResolveContext, vrun_command};
pub(crate) use handoff::HANDOFF_VAR;
pub(crate) use model::{ForeignPolicy, Invocation, Program};
pub(crate) use near_names::nearest_name;
pub(crate) use predict::{check_invocation, predict_program};
pub(crate) use resolve::resolve_program;
pub(crate) use script_interpreter::{ScriptInterpreter, ScriptPython};
pub(crate) use shell_line::ShellLine;
pub(crate) use shim::pass_on;
pub(crate) use source_text::{SourceText, avoid_self_exec, python_file};
pub(crate) use which::WhichMatch;
