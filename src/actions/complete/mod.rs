//! `--complete`: what a shell offers where a command line is being typed.

mod complete;
mod environments;
mod files;
mod modules;
mod programs;
mod reply;

pub(crate) use complete::complete;
