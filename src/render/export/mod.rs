//! `--export`: the view as lines for a shell, a `.env` file, or GitHub Actions.

mod cmd;
mod dotenv;
mod fish;
pub(crate) mod github;
mod lines;
mod posix;
mod powershell;
mod target;
mod values;

pub(crate) use lines::{dotenv_lines, shell_lines, undo_lines};
pub(crate) use target::{ExportShell, Target};
