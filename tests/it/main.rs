//! The hermetic tests: what vrun promises, one file for each part of it. No Python, no network, and
//! nothing of the machine's own but a shell and the core utilities.
//!
//!     sandbox.rs   a directory tree, a set of variables, one command, and what came of it
//!     probe.rs     the program that is run: says what it was handed; is the fake Python too
//!
//!     cli.rs       where vrun's own arguments end, options and their variables
//!     help.rs      the help, its chapters and the man page tell of the same
//!     cache.rs     `--cache`: what vrun keeps, and what of it goes
//!     offers.rs    what shells complete
//!     find.rs      the walk: which environment is the nearest
//!     model.rs     the same in random trees, against a plain specification
//!     start.rs     where the walk begins: -C, --project, PWD, links, odd directories
//!     project.rs   where an environment would be made, and where never
//!     active.rs    what an active VIRTUAL_ENV weighs
//!     home.rs      what `~/.venv` serves
//!     trust.rs     whose environments and redirect files count, with real other users
//!     named.rs     --env, VRUN_ENV, VRUN_NAME, and a `.venv` that is a file
//!     odd_files.rs pipes, devices and gibibytes in the place of files
//!     venv.rs      pyvenv.cfg in all its spellings
//!     view.rs      what the program sees: variables set, unset, left alone
//!     first_use.rs what is said where no environment can be made
//!     requirements.rs  what is remembered of what was installed, and said when it changes
//!     plan.rs      what would be installed, and which file says so
//!     installer.rs how an installer ends, and what it leaves
//!     create.rs    `--create`: what it takes, and what it refuses
//!     program.rs   which file a COMMAND means, and when there is none
//!     broken.rs    environments that cannot be used, each with its cause
//!     moved.rs     console scripts of an environment that was moved or copied
//!     astray.rs    what such an environment imports from elsewhere
//!     foreign.rs   programs of another Python: refused, or told
//!     shim.rs      vrun under another name
//!     shims.rs     `--shims`: what it makes, and what it leaves alone
//!     script.rs    FILE.py, -s FILE, shebangs, files without one
//!     script_env.rs  scripts that say what they require, in environments of their own
//!     line.rs      -c LINE: the same as `sh -c LINE`
//!     line/same.rs     tables of lines and options, and lines made up at random
//!     launch.rs    the program runs as if vrun were not there
//!     dry_run.rs   -n, -q, -v
//!     which.rs     `--which`: the file that would run
//!     export.rs    `--export`: the view for a shell, and what takes it back
//!     info.rs      `--info`: which environment, why, and what its programs see
//!     tracked.rs   an environment that git tracks
//!     doctor.rs    `--doctor`: what is wrong, each with its cause and its mend
//!     errors.rs    the shape of what vrun says
//!     control.rs   control characters in whatever a clone may name
//!     law.rs       the rules of the source itself: who may know whom, and what may stand where
//!
//! Every rule is a test, and the test is called what the rule says. `law` runs everywhere, the others on Unix;
//! tests/windows is for Windows.

#![allow(
    clippy::disallowed_methods,
    reason = "tests read variables and start programs"
)]

mod law;

#[cfg(unix)]
mod sandbox;

#[cfg(unix)]
mod active;
#[cfg(unix)]
mod astray;
#[cfg(unix)]
mod broken;
#[cfg(unix)]
/// `--cache`: what vrun keeps, and what of it goes.
mod cache;
#[cfg(unix)]
mod cli;
#[cfg(unix)]
mod control;
#[cfg(unix)]
mod create;
#[cfg(unix)]
mod doctor;
#[cfg(unix)]
mod dry_run;
#[cfg(unix)]
mod errors;
#[cfg(unix)]
mod export;
#[cfg(unix)]
mod find;
#[cfg(unix)]
mod first_use;
#[cfg(unix)]
mod foreign;
#[cfg(unix)]
mod help;
#[cfg(unix)]
mod home;
#[cfg(unix)]
mod info;
#[cfg(unix)]
mod installer;
#[cfg(unix)]
mod launch;
#[cfg(unix)]
mod leftovers;
#[cfg(unix)]
mod line;
#[cfg(unix)]
mod model;
#[cfg(unix)]
mod moved;
#[cfg(unix)]
mod named;
#[cfg(unix)]
mod odd_files;
#[cfg(unix)]
mod offers;
#[cfg(unix)]
mod plan;
#[cfg(unix)]
mod program;
#[cfg(unix)]
mod project;
#[cfg(unix)]
mod requirements;
#[cfg(unix)]
mod script;
#[cfg(unix)]
mod script_env;
#[cfg(unix)]
mod shim;
#[cfg(unix)]
mod shims;
#[cfg(unix)]
mod start;
#[cfg(unix)]
mod tracked;
#[cfg(unix)]
mod trust;
#[cfg(unix)]
mod unseen;
#[cfg(unix)]
mod venv;
#[cfg(unix)]
mod view;
#[cfg(unix)]
mod which;
