//! `--export`: the view as lines for a shell, a `.env` file, or GitHub Actions. Start with `target.rs`; each format has
//! a file of its own.

mod cmd;
mod dotenv;
mod fish;
pub(crate) mod github;
mod posix;
mod powershell;
mod target;
mod values;

pub(crate) use dotenv::dotenv_lines;
pub(crate) use target::{ExportShell, Target};
