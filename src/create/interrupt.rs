//! Ctrl-C while an environment is being made -> a flag that the steps look at, so that they clean up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::Error;

/// From here on Ctrl-C sets the flag and does nothing else. Where whoever started vrun has it ignored, as
/// `nohup` and a shell's `&` do, it stays ignored.
pub fn watch() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&stop);
    // The one failure there is: someone else has a say on that signal already.
    let _ = ctrlc::try_set_handler(move || set.store(true, Ordering::Relaxed));
    stop
}

/// # Errors
/// Ctrl-C came (130).
pub fn check(stop: &AtomicBool) -> Result<(), Error> {
    if stop.load(Ordering::Relaxed) {
        return Err(interrupted());
    }
    Ok(())
}

/// What is said after Ctrl-C.
pub fn interrupted() -> Error {
    Error::interrupted("interrupted")
}
