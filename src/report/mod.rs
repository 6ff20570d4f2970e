//! The answers to actions, and what else is told of an environment. Nothing of it is computed where a program
//! simply runs.

pub mod doctor;
pub mod dry_run;
pub mod tracked;
