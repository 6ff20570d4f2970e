//! First use with real Pythons, from a fresh project to a program that runs. Nothing is simulated: every
//! Python that is found on PATH and in pyenv's directory takes part, and none found is a failure.
//!
//! For Unix; tests/windows has those for Windows.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    reason = "tests read variables and start programs"
)]

/// Mounts that one command alone sees.
mod mounts;
/// A fresh project, a command in it, and what came of it.
mod project;
/// Which Pythons this system has.
mod pythons;
/// A place for a shell to stand in.
mod shells;
/// A Python that lacks a part of its library.
mod stripped;
/// Projects with an index of their own.
mod wheels;

/// Interpreters that are not what they seem: shims, links, environments, ones that lack a part.
mod bases;
/// Environments whose base is gone, moved or another.
mod broken;
/// What later environments have of earlier ones, and what damages the cache.
mod cache;
/// What changes in what a project requires, and is noticed.
mod changes;
/// CI: the log, and the recipes for it.
mod ci;
/// Fresh clones of all shapes, with packages from the index.
mod clones;
/// What a shell offers where a person types a command.
mod completions;
/// `--create`: CPython's own tests of venv pass with it.
mod conformance;
/// `--create`: what it makes, and what becomes of what was there.
mod create;
/// What developers need of a fresh clone.
mod developers;
/// Editors' parts, told a shim for an interpreter.
mod editors;
/// Each Python makes an environment that works, and stays as it was.
mod every;
/// The examples of README, of the chapters and of `--help`.
mod examples;
/// The shells, and the lines for them: `--export`, `-n`.
mod export;
/// `--info`: what is told of `sys` is what Python says.
mod facts;
/// What an installer's failure is about: the index, a login, the Python.
mod failures;
/// The making of an environment, cut off at its system calls: it is whole, or not there.
mod faults;
/// Homebrew, simulated: its Cellar and its sitecustomize.py.
mod homebrew;
/// Hooks of git that run vrun for the first time.
mod hooks;
/// Packages from a real index: two projects, two versions.
mod index;
/// Other programs that run vrun: test runners, notebooks, servers, and whatever starts with little.
mod inside;
/// `--isolated`.
mod isolated;
/// Language servers, as Zed, Neovim and VS Code start them.
mod language_servers;
/// A system without threads, exit codes, locks.
mod limits;
/// What runs its lines by vrun: make, just, npm, Vim, VS Code.
mod line;
/// Links where vrun writes files of its own.
mod links;
/// Hundreds at once, with a cache that goes away and signals.
mod load;
/// Shims of version managers that are no scripts.
mod managers;
/// The man page, in man and mandoc.
mod manual;
/// Projects that share the environment of the directory around them.
mod monorepo;
/// Projects that were moved and copied.
mod moved;
/// Programs that npm installs.
mod npm;
/// Many at once, killed midway, interrupted.
mod once;
/// `.python-version` and its like, changed since an environment was created.
mod other_python;
/// What is a package, as build backends see it.
mod packages;
/// pip's settings, and files in its format, where uv installs.
mod pip_settings;
/// What may lie where the environment is to be.
mod places;
/// Questions that an installer's programs ask.
mod questions;
/// Actions that only read: what they start and what they write, in clones of all kinds.
mod reading;
/// `--create --clear`, and what is to be installed.
mod recreated;
/// Settings of pip that name another place.
mod redirected;
/// What a release is made of: wheels, installers, manifests, the action.
mod release;
/// `--repair`: what was moved, what lost its Python, what was cut off.
mod repair;
/// Which Python is taken: each kind of request, each source, in order.
mod requests;
/// What a project requires is installed, and brought in line.
mod requirements;
/// Runners that keep their environments elsewhere.
mod runners;
/// What is made is what the base's own venv makes.
mod same;
/// Scripts that say what they require, each in an environment of its own.
mod script_env;
/// Files whose first line names vrun, as the kernel starts them.
mod shebang;
/// vrun under another name, as editors and build tools call it.
mod shim;
/// `--sync`, where there is nothing to do and where there is.
mod sync;
/// A person at a terminal, and a shell with job control.
mod terminal;
/// Who may write to what is made.
mod umask;
/// An install that is refused, interrupted, killed.
mod unfinished;
/// uv.lock, by uv.
mod uv_lock;
