//! A base interpreter -> what the builder needs to know about it, if it supports that interpreter.

use std::path::Path;

use crate::introspect::sysconfig;
use crate::os;
use crate::python::Interpreter;

use super::launchers;
use super::plan::SupportedBase;

impl SupportedBase<'_> {
    /// `base`, if it is a CPython whose venv is among those that the builder was compared with, and it starts from an
    /// environment that links to it as it was found.
    pub(crate) fn for_interpreter(base: &Interpreter) -> Option<SupportedBase<'_>> {
        let [major, minor, ..] = base.key.release[..] else {
            return None;
        };
        let is_compared =
            base.key.implementation == "cpython" && ((3, 6)..=(3, 14)).contains(&(major, minor));
        let supported = SupportedBase {
            exe: &base.exe,
            version: (major, minor),
            full_version: base.key.dotted_release(),
            free_threaded: base.key.free_threaded,
            stdlib: &base.stdlib,
            bytecode: base.bytecode.as_ref(),
        };
        let has_templates = base.stdlib.join("venv").join("scripts").is_dir();
        let starts = match os::HAS_SYMLINKS {
            true => supported.has_reachable_stdlib(),
            false => launchers::has_launchers(&supported),
        };
        (is_compared && has_templates && starts).then_some(supported)
    }

    /// An environment's Python looks for its library above `home`, then where it was configured to be (getpath.py). If
    /// neither holds its library, as with a link to a Python that was moved, only starting it tells what happens.
    fn has_reachable_stdlib(&self) -> bool {
        let start = self.exe.parent().and_then(Path::parent);
        let below = Path::new("lib").join(self.lib_dir_name());
        sysconfig::finds_stdlib(start, self.stdlib, &below)
    }
}

/// `base`, or its links' target, if only from there an environment would find its library.
pub(crate) fn with_supported_exe(base: Interpreter) -> Interpreter {
    if SupportedBase::for_interpreter(&base).is_some() {
        return base;
    }
    let resolved = dunce::canonicalize(&base.exe).map(|exe| Interpreter {
        exe,
        ..base.clone()
    });
    match resolved {
        Ok(resolved) if SupportedBase::for_interpreter(&resolved).is_some() => resolved,
        _ => base,
    }
}
