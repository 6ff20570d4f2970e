//! Processes that vrun starts and waits for: base interpreters, installers, git.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::os;

/// A program to run while vrun waits.
#[derive(Debug)]
pub(crate) struct Helper<'a> {
    pub program: &'a Path,
    /// Its arguments, without `argv[0]`.
    pub args: Vec<OsString>,
    /// All its variables.
    pub vars: &'a [(OsString, OsString)],
    pub cwd: &'a Path,
    /// Its standard input; else the null device. A lock file here stays locked until the helper ends, even if vrun is
    /// killed before that.
    pub stdin: Option<File>,
}

/// The most that a helper may print; after that its output is closed.
const MAX_OUTPUT: u64 = 64 * 1024 * 1024;

/// How long a stream may be silent that outlives the helper.
const LAST_OUTPUT: Duration = Duration::from_secs(1);

/// Runs a helper until it and its output have ended, and collects the output, which processes that it has started may
/// keep open for longer. Once `stop` is set the helper is killed with all that it started.
///
/// # Errors
/// It cannot be started, or was stopped (`Interrupted`).
pub(crate) fn run_captured(helper: Helper<'_>, stop: &AtomicBool) -> io::Result<Output> {
    let mut child = spawn_helper(helper)?;
    let _guard = os::guard_process(&child);
    let stdout = read_in_background(child.stdout.take());
    let stderr = read_in_background(child.stderr.take());
    // The helper is waited for last: while it is not, no other process can have the number of its group.
    wait_until(&mut child, stop, |_| {
        Ok((stdout.is_finished() && stderr.is_finished()).then_some(()))
    })?;
    let status = wait_or_kill(&mut child, stop)?;
    Ok(Output {
        status,
        stdout: stdout.join().unwrap_or_default(),
        stderr: stderr.join().unwrap_or_default(),
    })
}

/// The same for a helper that takes long: `on_line` gets each line of both streams as it comes. Returns all of them.
///
/// # Errors
/// As [`run_captured`].
pub(crate) fn stream_lines(
    helper: Helper<'_>,
    stop: &AtomicBool,
    on_line: &mut dyn FnMut(&str),
) -> io::Result<(ExitStatus, String)> {
    let mut child = spawn_helper(helper)?;
    let _guard = os::guard_process(&child);
    let (sender, lines) = mpsc::channel();
    forward_lines(child.stdout.take(), sender.clone());
    forward_lines(child.stderr.take(), sender);
    let mut output = String::new();
    let mut add_line = |line: &str| {
        on_line(line);
        output.push_str(line);
        output.push('\n');
    };
    let status = loop {
        match lines.recv_timeout(Duration::from_millis(10)) {
            Ok(line) if !stop.load(Ordering::Relaxed) => add_line(&line),
            Err(RecvTimeoutError::Timeout) => {
                if let Some(status) = child.try_wait()? {
                    break status;
                }
                if stop.load(Ordering::Relaxed) {
                    wait_or_kill(&mut child, stop)?;
                }
            }
            _ => break wait_or_kill(&mut child, stop)?,
        }
    };
    // All that it printed is in the streams by now, and is read at the pace of this machine. What it started may hold them
    // open for longer than it lives.
    while let Ok(line) = lines.recv_timeout(LAST_OUTPUT) {
        add_line(&line);
    }
    Ok((status, output))
}

#[expect(clippy::disallowed_methods, reason = "every helper starts here")]
fn spawn_helper(helper: Helper<'_>) -> io::Result<Child> {
    let mut command = Command::new(helper.program);
    os::new_process_group(&mut command);
    command
        .args(helper.args)
        .env_clear()
        .envs(helper.vars.iter().map(|(name, value)| (name, value)))
        .current_dir(helper.cwd)
        .stdin(helper.stdin.map_or_else(Stdio::null, Stdio::from))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}

/// Sends the lines of a stream from a thread, until it ends or no one listens.
fn forward_lines(stream: Option<impl Read + Send + 'static>, sender: Sender<String>) {
    let Some(stream) = stream else { return };
    thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            if sender.send(line).is_err() {
                return;
            }
        }
    });
}

/// Reads a stream in a thread, so that a helper that prints much never blocks.
fn read_in_background(stream: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(stream) = stream {
            let _ = stream.take(MAX_OUTPUT).read_to_end(&mut bytes);
        }
        bytes
    })
}

fn wait_or_kill(child: &mut Child, stop: &AtomicBool) -> io::Result<ExitStatus> {
    wait_until(child, stop, Child::try_wait)
}

/// Polls until there is a result, and kills the group of `child` once `stop` is set.
fn wait_until<T>(
    child: &mut Child,
    stop: &AtomicBool,
    ask: impl Fn(&mut Child) -> io::Result<Option<T>>,
) -> io::Result<T> {
    loop {
        if let Some(answer) = ask(child)? {
            return Ok(answer);
        }
        if stop.load(Ordering::Relaxed) {
            if os::kill_process_group(child).is_err() {
                child.kill()?;
            }
            child.wait()?;
            return Err(ErrorKind::Interrupted.into());
        }
        thread::sleep(Duration::from_millis(5));
    }
}
