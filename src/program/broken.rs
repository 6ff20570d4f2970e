//! What is wrong with an environment -> the error that says so, with what helps. Nothing is thrown away by
//! what is hinted: an environment may still serve where it was made.

use crate::error::{Error, shown, typed};
use crate::venv;
use crate::venv::health::{self, Ill, Mend};

use super::{Places, Program};

/// The environment cannot be used (126).
pub fn error(ill: &Ill, places: &Places<'_>) -> Error {
    let root = shown(places.root);
    let mut error = Error::refused(format!("{root} {}", ill.what())).cause(ill.cause());
    if names_another_place(ill) && places.help.is_tracked() {
        error = error.cause("git tracks it: it came with a checkout, as it was where it was made");
    }
    let call = places.call();
    match ill.mend() {
        Mend::Repair => error.hint(format!(
            "`{call} --repair` rebuilds it with the same packages"
        )),
        Mend::Beside(name) if places.by_option => error.hint(format!(
            "`vrun --env {}` makes and takes one for this system, beside it",
            typed(places.root.with_file_name(name))
        )),
        Mend::Beside(name) => error.hint(format!(
            "`export VRUN_NAME={name}` has vrun make and take one for this system, beside it"
        )),
        Mend::Access => error.hint(ill.access()),
    }
}

fn names_another_place(ill: &Ill) -> bool {
    matches!(
        ill,
        Ill::Gone { .. } | Ill::Barred { .. } | Ill::Elsewhere { .. } | Ill::OtherMachine { .. }
    )
}

/// The error that `program` ended in, which the system refused to start; or what is wrong with the
/// environment, where that is what it comes from.
pub fn explained(error: Error, program: &Program, places: &Places<'_>) -> Error {
    if program.file.parent() != Some(&venv::scripts(places.root)) {
        return error;
    }
    match health::ailing(places.root) {
        Some(ill @ (Ill::Elsewhere { .. } | Ill::OtherMachine { .. } | Ill::NoLoader { .. })) => {
            self::error(&ill, places)
        }
        _ => error,
    }
}
