//! vrun on Windows, with a real Python: from a fresh project to programs that run. `scripts/wine` runs these on
//! Linux, under wine.
//!
//! PATH has to have a CPython with `venv`; where uv is on PATH too, its launchers take part.
#![cfg(windows)]
#![allow(
    clippy::disallowed_methods,
    reason = "tests read variables and start programs"
)]

/// `--create`, and what may lie where the environment is to be.
mod create;
/// `--export`, read by cmd and PowerShell.
mod export;
/// An environment that is made once for all tests.
mod first;
/// What the first command in a fresh project does.
mod first_use;
/// Hints are commands that people paste into PowerShell.
mod hints;
/// `--info`, compared with what Python says.
mod info;
/// The program runs as if vrun were not there: arguments, exit codes, its end.
mod launch;
/// `-c LINE`: by cmd, or by another shell.
mod line;
/// Which file a COMMAND means.
mod programs;
/// A project, a command in it, and what came of it.
mod project;
/// `--doctor` and `--repair` of what was moved or copied.
mod repair;
/// What a project or a script requires.
mod requirements;
/// An environment is the one that the base interpreter's venv would have made.
mod same;
/// Console scripts, in place, moved and copied.
mod scripts;
/// vrun under another name.
mod shims;
/// CPython 3.8, 3.11 and 3.13.
mod versions;
/// What the program sees.
mod view;
