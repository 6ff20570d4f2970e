//! Ctrl-C and closed consoles.

use std::sync::{Mutex, PoisonError};

/// What the handler calls. The process has one handler, for good.
static HANDLER: Mutex<Option<Box<dyn FnMut() + Send>>> = Mutex::new(None);

/// There is no mask.
pub(crate) fn with_first_mask<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// Nothing to undo: the handler stays.
#[derive(Debug)]
pub(crate) struct SignalGuard;

/// Calls `act` for each Ctrl-C, and when the console is closed.
pub(crate) fn on_termination(act: impl FnMut() + Send + 'static) -> SignalGuard {
    *HANDLER.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(act));
    // It fails only if the handler is set already.
    let _ = ctrlc::try_set_handler(|| {
        if let Some(act) = &mut *HANDLER.lock().unwrap_or_else(PoisonError::into_inner) {
            act();
        }
    });
    SignalGuard
}
