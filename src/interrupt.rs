//! Ctrl-C, SIGTERM and SIGHUP while an environment is being created -> a flag that each step checks, so that it cleans
//! up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, ErrorKind};
use crate::os;

/// While it lives, a request to terminate only sets a flag.
#[derive(Debug)]
pub(crate) struct InterruptGuard {
    flag: Arc<AtomicBool>,
    _signal_guard: os::SignalGuard,
}

impl InterruptGuard {
    /// A signal that vrun was started with ignored, as by `nohup` or a shell's `&`, stays ignored.
    pub(crate) fn install() -> InterruptGuard {
        let flag = Arc::new(AtomicBool::new(false));
        let set = Arc::clone(&flag);
        InterruptGuard {
            _signal_guard: os::on_termination(move || set.store(true, Ordering::Relaxed)),
            flag,
        }
    }

    pub(crate) fn flag(&self) -> &AtomicBool {
        &self.flag
    }
}

/// An error (130) once vrun was asked to terminate.
pub(crate) fn check_interrupted(stop: &AtomicBool) -> Result<(), Error> {
    match stop.load(Ordering::Relaxed) {
        true => Err(interrupted_error()),
        false => Ok(()),
    }
}

pub(crate) fn interrupted_error() -> Error {
    Error::new(ErrorKind::Interrupted, "interrupted")
}
