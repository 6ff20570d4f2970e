//! What asks this process to end.

use std::sync::{Mutex, PoisonError};

/// What the handler calls: there is one for all, and it stays.
static HANDLER: Mutex<Option<Box<dyn FnMut() + Send>>> = Mutex::new(None);

/// Stands for a handler that is set once and stays.
#[derive(Debug)]
pub(crate) struct SignalGuard;

/// Has `act` called for each Ctrl-C, and for a console that is closed.
pub(crate) fn on_termination(act: impl FnMut() + Send + 'static) -> SignalGuard {
    *HANDLER.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(act));
    // The one failure there is: the handler is set already.
    let _ = ctrlc::try_set_handler(|| {
        if let Some(act) = &mut *HANDLER.lock().unwrap_or_else(PoisonError::into_inner) {
            act();
        }
    });
    SignalGuard
}
