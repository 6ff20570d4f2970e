//! Names uv, once for each user, after pip took long: vrun takes it from PATH.

use crate::fs::replace_private_file;
use crate::os;
use crate::process::Process;
use crate::python;

/// The file in the cache directory that shows that this user knows.
const MARK: &str = "uv-named";

/// Names uv if it is not on PATH, the user did not choose pip, and has not seen this before. What cannot be remembered is not
/// said.
pub(crate) fn name_uv_once(process: &Process) {
    let is_there = || {
        which::which_in_global("uv", process.var("PATH")).is_ok_and(|mut it| it.next().is_some())
    };
    if process.is_ci() || process.non_empty_var("VRUN_INSTALLER").is_some() || is_there() {
        return;
    }
    let Some(dir) = python::usable_cache_dir(process) else {
        return;
    };
    let mark = dir.join(MARK);
    let is_new = !mark.exists() && os::create_private_dir(&dir).is_ok();
    if is_new && replace_private_file(&mark, b"").is_ok() {
        let verbosity = process.verbosity;
        verbosity.notice("uv installs faster than pip: where it is on PATH, vrun uses it");
    }
}
