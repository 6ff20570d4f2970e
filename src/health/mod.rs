//! What is wrong with an environment, from its files alone.

mod environment;
mod executable;
mod foreign_platform;
mod problem;
mod symlinks;
#[cfg(test)]
mod tests;

pub(crate) use environment::{
    check_before_exec, check_for_children, check_platform, check_python, fatal, find_problems,
};
pub(crate) use problem::{Fix, Problem, create_beside_hint};
