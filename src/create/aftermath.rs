//! What makers that were killed left at an environment that is there, and work on one that no one else is to do
//! meanwhile.

use std::io;
use std::path::Path;

use crate::error::{Error, reason, shown};
use crate::os;
use crate::voice::Voice;

use super::options::Existing;
use super::own::{self, ASIDE, Own};
use super::{fill, lock};

/// Does something with the environment at `at` that no one else is to do at the same time.
///
/// # Errors
/// The lock cannot be had; and what `act` says.
pub fn alone<T>(
    at: &Path,
    voice: Voice,
    act: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    // An environment that is there does not end the wait.
    let turn = lock::take(at, Existing::Upgraded, voice)?;
    // With the lock's file goes the sign that a maker was killed.
    own::sweep(at);
    let done = act();
    drop(turn);
    done
}

/// Takes away what lies at `at`, if `is_spent` says so once nobody else is at work there. It is for what vrun alone
/// has put there.
///
/// # Errors
/// The lock cannot be had, or it cannot be moved away.
pub fn discard(at: &Path, voice: Voice, is_spent: &dyn Fn() -> bool) -> Result<(), Error> {
    if !at.exists() {
        return Ok(());
    }
    alone(at, voice, || {
        let put = if at.exists() && is_spent() {
            put_aside(at)
        } else {
            Ok(())
        };
        put.map_err(|error| {
            Error::failed(format!("cannot remove {}", shown(at))).cause(reason(&error))
        })
    })
}

/// The same where nobody is at work on it right now. What cannot go stays.
pub fn discard_idle(at: &Path, is_spent: &dyn Fn() -> bool) {
    if let Some(turn) = lock::idle(at) {
        if is_spent() {
            let _ = put_aside(at);
        }
        drop(turn);
    }
}

/// It is gone at once, before its parts go. What is left of it where that is cut off, the next maker takes away.
fn put_aside(at: &Path) -> io::Result<()> {
    let name = at.file_name().unwrap_or_default();
    let own = Own::new(at.parent().unwrap_or(at), name)?;
    os::rename(at, &own.path().join(ASIDE))
}

/// Takes away what a maker that was killed left beside the environment at `at`, which is there and whole.
/// Where there is nothing of that, which is nearly always, one look tells.
pub fn tidy(at: &Path) {
    finish(at, lock::abandoned(at));
}

/// The same for what was left in it, where nothing could be written beside it.
pub fn tidy_within(at: &Path) {
    finish(at, lock::abandoned_within(at));
}

fn finish(at: &Path, dead: Option<lock::Held>) {
    if let Some(lock) = dead {
        own::sweep(at);
        fill::unmark(at);
        drop(lock);
    }
}
