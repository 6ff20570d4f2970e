//! First use with real Pythons, from a fresh project to a program that runs. Nothing is simulated: every
//! Python that is found on PATH and in pyenv's directory takes part, and none found is a failure.
//!
//! Running on Windows is a later issue.
#![cfg(unix)]

/// A fresh project, a command in it, and what came of it.
mod project;
/// Which Pythons this system has.
mod pythons;

/// Interpreters that are not what they seem: shims, links, environments, ones that lack a part.
mod bases;
/// Environments whose base is gone, moved or another.
mod broken;
/// What later environments have of earlier ones, and what damages the cache.
mod cache;
/// `--create`: CPython's own tests of venv pass with it.
mod conformance;
/// `--create`: what it makes, and what becomes of what was there.
mod create;
/// Each Python makes an environment that works, and stays as it was.
mod every;
/// `--info`: what is told of `sys` is what Python says.
mod facts;
/// The making of an environment, cut off at its system calls: it is whole, or not there.
mod faults;
/// Packages from a real index: two projects, two versions.
mod index;
/// Projects that were moved and copied.
mod moved;
/// Many at once, killed midway, interrupted.
mod once;
/// What may lie where the environment is to be.
mod places;
/// `--repair`: what was moved, what lost its Python, what was cut off.
mod repair;
/// Which Python is taken: each kind of request, each source, in order.
mod requests;
/// What a project requires is installed, and brought in line.
mod requirements;
/// What is made is what the base's own venv makes.
mod same;
/// A person at a terminal, and a shell with job control.
mod terminal;
