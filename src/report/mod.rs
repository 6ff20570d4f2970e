//! The answers to actions: what is printed on stdout where no program runs.

pub mod dry_run;
