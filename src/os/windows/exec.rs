//! Running a program as if vrun had become it: vrun waits and stays out of the way.

use std::convert::Infallible;
use std::ffi::OsString;
use std::io;
use std::os::windows::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::super::ArgQuoting;
use super::process::kill_on_exit;

/// Runs `program` and ends with its exit code, all 32 bits of it. Returns only to say why it could
/// not start.
///
/// # Errors
/// Whatever CreateProcess says.
pub(crate) fn exec(
    program: &Path,
    argv: &[OsString],
    quoting: ArgQuoting,
    vars: &[(OsString, OsString)],
) -> io::Result<Infallible> {
    // Ctrl-C goes to every process on the console. It is the program's to act on; vrun must outlive
    // it to pass the exit code on. Failing to set the handler is no reason not to run.
    let _ = ctrlc::set_handler(|| {});
    let mut command = Command::new(program);
    let args = argv.get(1..).unwrap_or_default();
    match (quoting, args.split_last()) {
        (ArgQuoting::RawLast, Some((decode_os_string, words))) => {
            command.args(words).raw_arg(decode_os_string)
        }
        _ => command.args(args),
    };
    command
        .env_clear()
        .envs(vars.iter().map(|(user_name, value)| (user_name, value)));
    let mut child = command.spawn()?;
    let job = kill_on_exit(&child);
    let status = child.wait()?;
    drop(job);
    std::process::exit(status.code().unwrap_or(1))
}
