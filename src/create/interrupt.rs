//! Ctrl-C, SIGTERM or SIGHUP while an environment is being made -> a flag that the steps look at, so that
//! they clean up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::Error;
use crate::os;

/// While it lives, what asks vrun to end sets a flag and does nothing else.
#[derive(Debug)]
pub struct Watch {
    stop: Arc<AtomicBool>,
    _heeded: os::Heeded,
}

impl Watch {
    /// Starts it. Where whoever started vrun has a signal ignored, as `nohup` and a shell's `&` do, it stays
    /// ignored.
    pub fn start() -> Watch {
        let stop = Arc::new(AtomicBool::new(false));
        let set = Arc::clone(&stop);
        let _heeded = os::heed_ends(move || set.store(true, Ordering::Relaxed));
        Watch { stop, _heeded }
    }

    /// The flag.
    pub fn stop(&self) -> &AtomicBool {
        &self.stop
    }
}

/// # Errors
/// Something asked vrun to end (130).
pub fn check(stop: &AtomicBool) -> Result<(), Error> {
    if stop.load(Ordering::Relaxed) {
        return Err(interrupted());
    }
    Ok(())
}

/// What is said then.
pub fn interrupted() -> Error {
    Error::interrupted("interrupted")
}
