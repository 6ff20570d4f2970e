//! Running a program as if vrun had become it: vrun only waits.

use std::convert::Infallible;
use std::ffi::OsString;
use std::io;
use std::os::windows::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::super::arg_quoting::ArgQuoting;
use super::process::kill_on_exit;

/// Runs `program` and ends with its exit code, all 32 bits of it. Returns only if it cannot start.
#[expect(clippy::disallowed_methods, reason = "the program starts here")]
pub(crate) fn exec(
    program: &Path,
    argv: &[OsString],
    quoting: ArgQuoting,
    vars: &[(OsString, OsString)],
) -> io::Result<Infallible> {
    // Ctrl-C goes to every process on the console. The program handles it; vrun must outlive the program to pass on its
    // exit code. If the handler cannot be set, the program runs all the same.
    let _ = ctrlc::set_handler(|| {});
    let mut command = Command::new(program);
    let args = argv.get(1..).unwrap_or_default();
    match (quoting, args.split_last()) {
        (ArgQuoting::RawLast, Some((line, words))) => command.args(words).raw_arg(line),
        _ => command.args(args),
    };
    let vars = vars.iter().map(|(name, value)| (name, value));
    command.env_clear().envs(vars);
    let mut child = command.spawn()?;
    let job = kill_on_exit(&child);
    let status = child.wait()?;
    drop(job);
    std::process::exit(status.code().unwrap_or(1))
}
