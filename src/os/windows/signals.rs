//! What asks this process to end.

use std::sync::{Mutex, PoisonError};

/// What the handler calls: there is one for all, and it stays.
static ACT: Mutex<Option<Box<dyn FnMut() + Send>>> = Mutex::new(None);

/// Stands for a handler that is set once and stays.
#[derive(Debug)]
pub struct Heeded;

/// Has `act` called for each Ctrl-C, and for a console that is closed.
pub fn heed_ends(act: impl FnMut() + Send + 'static) -> Heeded {
    *ACT.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(act));
    // The one failure there is: the handler is set already.
    let _ = ctrlc::try_set_handler(|| {
        if let Some(act) = &mut *ACT.lock().unwrap_or_else(PoisonError::into_inner) {
            act();
        }
    });
    Heeded
}
