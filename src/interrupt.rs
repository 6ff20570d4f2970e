//! Ctrl-C, SIGTERM or SIGHUP while an environment is being made -> a flag that the steps look at, so that
//! they clean up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, ErrorKind};
use crate::os;

/// While it lives, what asks vrun to end sets a flag and does nothing else.
#[derive(Debug)]
pub(crate) struct InterruptGuard {
    flag: Arc<AtomicBool>,
    _signal_guard: os::SignalGuard,
}

impl InterruptGuard {
    /// Starts it. Where whoever started vrun has a signal ignored, as `nohup` and a shell's `&` do, it stays
    /// ignored.
    pub(crate) fn install() -> InterruptGuard {
        let stop = Arc::new(AtomicBool::new(false));
        let set = Arc::clone(&stop);
        let _heeded = os::on_termination(move || set.store(true, Ordering::Relaxed));
        InterruptGuard {
            flag: stop,
            _signal_guard: _heeded,
        }
    }

    /// The flag.
    pub(crate) fn flag(&self) -> &AtomicBool {
        &self.flag
    }
}

/// # Errors
/// Something asked vrun to end (130).
pub(crate) fn check_interrupted(stop: &AtomicBool) -> Result<(), Error> {
    if stop.load(Ordering::Relaxed) {
        return Err(interrupted_error());
    }
    Ok(())
}

/// What is said then.
pub(crate) fn interrupted_error() -> Error {
    Error::new(ErrorKind::Interrupted, "interrupted")
}
