//! Processes that vrun starts and waits for: base interpreters, installers, git.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use crate::os;

/// A helper program that is run to its end while vrun waits.
#[derive(Debug)]
pub(crate) struct Helper<'a> {
    /// The file to start.
    pub program: &'a Path,
    /// What it is called with, its own name not included.
    pub args: Vec<OsString>,
    /// All its variables.
    pub vars: &'a [(OsString, OsString)],
    /// Where it works.
    pub cwd: &'a Path,
    /// What it finds as standard input. A lock file handed over here stays locked until the helper is
    /// gone, even where vrun is killed before it.
    pub stdin: Option<File>,
}

/// Runs a helper, and collects what it prints. Once `stop` is set the helper is killed with
/// all that it started, and the answer is `Interrupted`.
///
/// # Errors
/// It cannot be started, or was stopped.
pub(crate) fn run_captured(helper: Helper<'_>, stop: &AtomicBool) -> io::Result<Output> {
    let mut child = spawn_helper(helper)?;
    let _bound = os::guard_process(&child);
    let stdout = read_in_background(child.stdout.take());
    let stderr = read_in_background(child.stderr.take());
    let status = wait_or_kill(&mut child, stop)?;
    let read = |reader: thread::JoinHandle<Vec<u8>>| reader.join().unwrap_or_default();
    Ok(Output {
        status,
        stdout: read(stdout),
        stderr: read(stderr),
    })
}

/// The same for one that takes its time: `hear` gets each line that it prints, on either stream, when it comes. The
/// answer holds all of them.
///
/// # Errors
/// It cannot be started, or was stopped.
pub(crate) fn stream_lines(
    helper: Helper<'_>,
    stop: &AtomicBool,
    hear: &mut dyn FnMut(&str),
) -> io::Result<(ExitStatus, String)> {
    let mut child = spawn_helper(helper)?;
    let _bound = os::guard_process(&child);
    let (sender, lines) = mpsc::channel();
    forward_lines(child.stdout.take(), sender.clone());
    forward_lines(child.stderr.take(), sender);
    let mut said = String::new();
    let mut note = |line: &str| {
        hear(line);
        said.push_str(line);
        said.push('\n');
    };
    let status = loop {
        match lines.recv_timeout(Duration::from_millis(10)) {
            Ok(line) if !stop.load(Ordering::Relaxed) => note(&line),
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
    // What it started may hold the streams open for longer than it lives.
    while let Ok(line) = lines.recv_timeout(Duration::from_millis(10)) {
        note(&line);
    }
    Ok((status, said))
}

#[expect(clippy::disallowed_methods, reason = "every helper starts here")]
fn spawn_helper(helper: Helper<'_>) -> io::Result<Child> {
    let stdin = helper.stdin.map_or_else(Stdio::null, Stdio::from);
    let mut command = Command::new(helper.program);
    os::new_process_group(&mut command);
    command
        .args(&helper.args)
        .env_clear()
        .envs(helper.vars.iter().map(|(name, value)| (name, value)))
        .current_dir(helper.cwd)
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}

/// Sends the lines of a stream from a thread of its own, until it ends or no one listens.
fn forward_lines(stream: Option<impl Read + Send + 'static>, to: Sender<String>) {
    thread::spawn(move || {
        let mut reader = stream.map(BufReader::new);
        let mut line = Vec::new();
        while let Some(reader) = &mut reader {
            line.clear();
            if !matches!(reader.read_until(b'\n', &mut line), Ok(1..)) {
                return;
            }
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            if to.send(text).is_err() {
                return;
            }
        }
    });
}

/// Reads a stream to its end on the side, so that a helper that prints much is never held up.
fn read_in_background(stream: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            let _ = stream.read_to_end(&mut bytes);
        }
        bytes
    })
}

fn wait_or_kill(child: &mut Child, stop: &AtomicBool) -> io::Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
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
