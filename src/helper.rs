//! Processes that vrun starts and waits for: base interpreters, installers, git.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};
use std::{mem, thread};

use tempfile::TempPath;

use crate::os;
use crate::read::read_text;

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
const MAX_OUTPUT: usize = 64 * 1024 * 1024;

/// How long a stream is read that outlives the helper.
const LAST_OUTPUT: Duration = Duration::from_secs(1);

/// Runs a helper until it and its output have ended, and collects the output, which processes that it has started may
/// keep open for longer. Once `is_over` the helper is killed with all that it started.
///
/// # Errors
/// It cannot be started, or was stopped (`Interrupted`).
pub(crate) fn run_captured(helper: Helper<'_>, is_over: &dyn Fn() -> bool) -> io::Result<Output> {
    let mut running = Running::start(helper)?;
    let mut output = [Vec::new(), Vec::new()];
    let mut collect = |stream: usize, bytes: &[u8]| {
        output[stream].extend_from_slice(bytes);
        output[stream].len() < MAX_OUTPUT
    };
    // The helper is waited for last: while it is not, no other process can have the number of its group.
    running.wait_until(is_over, |running| {
        Ok((!running.read(&mut collect)).then_some(()))
    })?;
    let status = running.wait_until(is_over, Running::try_wait)?;
    let [stdout, stderr] = output;
    Ok(Output {
        status,
        stdout,
        stderr,
    })
}

/// The same for a helper that takes long: `on_line` gets each line of both streams as it comes, and None now and then
/// while there is none. Returns all of them.
///
/// # Errors
/// As [`run_captured`].
pub(crate) fn stream_lines(
    helper: Helper<'_>,
    is_over: &dyn Fn() -> bool,
    on_line: &mut dyn FnMut(Option<&str>),
) -> io::Result<(ExitStatus, String)> {
    let mut running = Running::start(helper)?;
    let mut lines = Lines {
        output: String::new(),
        begun: [Vec::new(), Vec::new()],
        on_line,
    };
    let status = running.wait_until(is_over, |running| {
        running.read(&mut |stream, bytes| lines.take(stream, bytes));
        (lines.on_line)(None);
        running.try_wait()
    })?;
    // All that it printed is in the streams by now, and is read at the pace of this machine. What it started may hold them
    // open for longer than it lives.
    let ended = Instant::now();
    while running.read(&mut |stream, bytes| lines.take(stream, bytes))
        && ended.elapsed() < LAST_OUTPUT
    {
        thread::sleep(POLL_INTERVAL);
    }
    for line in mem::take(&mut lines.begun) {
        if !line.is_empty() {
            lines.add(&line);
        }
    }
    Ok((status, lines.output))
}

/// The lines that a helper has printed so far.
struct Lines<'a> {
    output: String,
    /// What each stream has of the next.
    begun: [Vec<u8>; 2],
    on_line: &'a mut dyn FnMut(Option<&str>),
}

impl Lines<'_> {
    fn take(&mut self, stream: usize, bytes: &[u8]) -> bool {
        self.begun[stream].extend_from_slice(bytes);
        while let Some(end) = memchr::memchr(b'\n', &self.begun[stream]) {
            let line: Vec<_> = self.begun[stream].drain(..=end).collect();
            self.add(&line);
        }
        true
    }

    fn add(&mut self, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end();
        (self.on_line)(Some(line));
        self.output.push_str(line);
        self.output.push('\n');
    }
}

/// How many digits a shell's exit code has, and more.
const MAX_EXIT_CODE: usize = 16;

/// How long to wait before looking again.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// A helper that was started. Nothing here takes a thread, of which there may be none.
struct Running {
    child: Child,
    /// stdout and stderr, until they end.
    streams: [Option<os::OutputReader>; 2],
    /// Where a shell leaves the exit code, if the system does not keep it for vrun.
    exit_code: Option<TempPath>,
    _guard: os::JobGuard,
}

impl Running {
    #[expect(clippy::disallowed_methods, reason = "every helper starts here")]
    fn start(helper: Helper<'_>) -> io::Result<Running> {
        let mut exit_code = None;
        let mut command = match os::EXIT_CODE_SHELL.filter(|_| os::loses_exit_codes()) {
            None => Command::new(helper.program),
            Some([shell, line]) => {
                let file = tempfile::NamedTempFile::new()?.into_temp_path();
                let mut command = Command::new(shell);
                command.args(["-c", line]).arg(&file).arg(helper.program);
                exit_code = Some(file);
                command
            }
        };
        os::new_process_group(&mut command);
        let mut child = command
            .args(helper.args)
            .env_clear()
            .envs(helper.vars.iter().map(|(name, value)| (name, value)))
            .current_dir(helper.cwd)
            .stdin(helper.stdin.map_or_else(Stdio::null, Stdio::from))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let guard = os::guard_process(&child);
        let stdout = child.stdout.take().map(os::OutputReader::new);
        let stderr = child.stderr.take().map(os::OutputReader::new);
        Ok(Running {
            streams: [stdout.transpose()?, stderr.transpose()?],
            child,
            exit_code,
            _guard: guard,
        })
    }

    /// Hands on what has been printed on each stream, which is closed if `take` says false. Returns whether there may be
    /// more.
    fn read(&mut self, take: &mut dyn FnMut(usize, &[u8]) -> bool) -> bool {
        for (number, stream) in self.streams.iter_mut().enumerate() {
            while let Some(reader) = stream {
                match reader.read_available() {
                    Ok(Some(bytes)) if take(number, &bytes) => {}
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    _ => *stream = None,
                }
            }
        }
        self.streams.iter().any(Option::is_some)
    }

    fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        match (self.child.try_wait(), &self.exit_code) {
            (Err(error), Some(file)) if os::is_child_gone(&error) => {
                let code = read_text(file, MAX_EXIT_CODE)?;
                Ok(Some(os::exit_status(code.trim().parse().ok())))
            }
            (status, _) => status,
        }
    }

    /// Asks until there is an answer, and kills the helper's group once `is_over`.
    fn wait_until<T>(
        &mut self,
        is_over: &dyn Fn() -> bool,
        mut ask: impl FnMut(&mut Running) -> io::Result<Option<T>>,
    ) -> io::Result<T> {
        loop {
            if let Some(answer) = ask(self)? {
                return Ok(answer);
            }
            if is_over() {
                if os::kill_process_group(&mut self.child).is_err() {
                    self.child.kill()?;
                }
                let _ = self.child.wait();
                return Err(ErrorKind::Interrupted.into());
            }
            thread::sleep(POLL_INTERVAL);
        }
    }
}
