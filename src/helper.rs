//! Processes that vrun starts and waits for: base interpreters, installers, git.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};
use std::{mem, thread};

use tempfile::TempPath;

use crate::os;
use crate::quote::printable;
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
    /// A lock file, which stays locked until the helper ends, even if vrun is killed before that.
    pub lock: Option<File>,
    /// The terminal, for a helper that may ask questions there. It is its standard input then.
    pub terminal: Option<os::Terminal>,
}

/// What happens while a helper runs.
#[derive(Debug)]
pub(crate) enum HelperEvent<'a> {
    /// It has printed a line.
    Line(&'a str),
    /// It prints nothing at the moment.
    Quiet,
    /// It asks a question on the terminal, which is its own until the next line.
    Question,
}

/// The most that a helper may print; after that its output is closed.
const MAX_OUTPUT: usize = 64 * 1024 * 1024;

/// How much is kept of the start, and of the end, of what a helper prints that may print more.
const MAX_KEPT: usize = 2 * 1024 * 1024;

/// What stands for the rest.
const OMISSION: &str = "[...]\n";

/// How long a line may be. A longer one is taken for several.
const MAX_LINE: usize = 64 * 1024;

/// What pip and Python say where Ctrl-C ends them.
const INTERRUPTED: [&str; 2] = ["Operation cancelled by user", "KeyboardInterrupt"];

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
    // The helper is waited for last: while it is not, no other process can have the number of its group.
    running.wait_until(is_over, |running| {
        let is_open = running.read(&mut |stream, bytes| {
            output[stream].extend_from_slice(bytes);
            output[stream].len() < MAX_OUTPUT
        });
        if running.is_terminal_wanted()? {
            running.lend_terminal(&output.each_ref().map(|bytes| last_line(bytes)).concat());
        }
        Ok((!is_open).then_some(()))
    })?;
    let status = running.wait_until(is_over, Running::try_wait)?;
    let [stdout, stderr] = output;
    Ok(Output {
        status,
        stdout,
        stderr,
    })
}

/// The same for a helper that takes long: `on_event` gets each line of both streams as it comes. Returns all of them; of
/// very much, the start and the end.
///
/// # Errors
/// As [`run_captured`]; a Ctrl-C while the terminal was the helper's.
pub(crate) fn stream_lines(
    helper: Helper<'_>,
    is_over: &dyn Fn() -> bool,
    on_event: &mut dyn FnMut(HelperEvent<'_>),
) -> io::Result<(ExitStatus, String)> {
    let mut running = Running::start(helper)?;
    let mut lines = Lines {
        output: String::new(),
        begun: [Vec::new(), Vec::new()],
        count: 0,
        on_event,
    };
    let status = running.wait_until(is_over, |running| {
        let (count, was_begun) = (lines.count, lines.begun_length());
        running.read(&mut |stream, bytes| lines.take(stream, bytes));
        if lines.count != count {
            running.take_terminal_back();
        }
        if running.is_terminal_wanted()? {
            // What it printed before it asked.
            running.read(&mut |stream, bytes| lines.take(stream, bytes));
            (lines.on_event)(HelperEvent::Question);
            running.lend_terminal(&lines.take_begun());
        } else if !running.is_terminal_lent() {
            (lines.on_event)(HelperEvent::Quiet);
        } else if was_begun > 0 && lines.begun_length() == was_begun {
            // A line that goes no further is another question.
            running.show_question(&lines.take_begun());
        }
        running.try_wait()
    })?;
    running.take_terminal_back();
    // All that it printed is in the streams by now, and is read at the pace of this machine. What it started may hold them
    // open for longer than it lives.
    let ended = Instant::now();
    while running.read(&mut |stream, bytes| lines.take(stream, bytes))
        && ended.elapsed() < LAST_OUTPUT
    {
        thread::sleep(POLL_INTERVAL);
    }
    lines.take_begun();
    if running.is_interrupted(status, &lines.output) {
        let _ = os::kill_process_group(&mut running.child);
        return Err(ErrorKind::Interrupted.into());
    }
    Ok((status, lines.output))
}

/// What has been printed of a line that is not over.
fn last_line(bytes: &[u8]) -> String {
    let start = memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1);
    String::from_utf8_lossy(&bytes[start..]).into_owned()
}

/// The lines that a helper has printed so far.
struct Lines<'a> {
    output: String,
    /// What each stream has of the next.
    begun: [Vec<u8>; 2],
    count: usize,
    on_event: &'a mut dyn FnMut(HelperEvent<'_>),
}

impl Lines<'_> {
    fn take(&mut self, stream: usize, bytes: &[u8]) -> bool {
        self.begun[stream].extend_from_slice(bytes);
        while let Some(end) = memchr::memchr(b'\n', &self.begun[stream]) {
            let line: Vec<_> = self.begun[stream].drain(..=end).collect();
            self.add(&line);
        }
        if self.begun[stream].len() > MAX_LINE {
            let line = mem::take(&mut self.begun[stream]);
            self.add(&line);
        }
        true
    }

    fn begun_length(&self) -> usize {
        self.begun.iter().map(Vec::len).sum()
    }

    /// What has been printed of lines that are not over, as lines. A question may be.
    fn take_begun(&mut self) -> String {
        let begun = mem::take(&mut self.begun);
        let begun = begun.iter().filter(|line| !line.is_empty());
        begun.map(|line| self.add(line)).collect()
    }

    fn add(&mut self, line: &[u8]) -> String {
        let line = String::from_utf8_lossy(line).into_owned();
        (self.on_event)(HelperEvent::Line(line.trim_end()));
        self.count += 1;
        self.output.push_str(line.trim_end());
        self.output.push('\n');
        if self.output.len() > 4 * MAX_KEPT {
            let start = self.output.floor_char_boundary(MAX_KEPT);
            let end = self
                .output
                .floor_char_boundary(self.output.len() - MAX_KEPT);
            self.output.replace_range(start..end, OMISSION);
        }
        line
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
    terminal: Option<os::Terminal>,
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
        let (stdin, _inherited) = match (&helper.terminal, helper.lock) {
            (Some(terminal), lock) => {
                lock.iter().try_for_each(os::set_inherited)?;
                (Stdio::from(terminal.file().try_clone()?), lock)
            }
            (None, lock) => (lock.map_or_else(Stdio::null, Stdio::from), None),
        };
        command
            .args(helper.args)
            .env_clear()
            .envs(helper.vars.iter().map(|(name, value)| (name, value)))
            .current_dir(helper.cwd)
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = os::with_first_mask(|| command.spawn())?;
        let guard = os::guard_process(&child);
        let stdout = child.stdout.take().map(os::OutputReader::new);
        let stderr = child.stderr.take().map(os::OutputReader::new);
        Ok(Running {
            streams: [stdout.transpose()?, stderr.transpose()?],
            child,
            exit_code,
            terminal: helper.terminal,
            _guard: guard,
        })
    }

    fn is_terminal_wanted(&mut self) -> io::Result<bool> {
        let child = &self.child;
        let terminal = self.terminal.as_mut();
        terminal.map_or(Ok(false), |terminal| terminal.is_wanted(child))
    }

    fn is_terminal_lent(&self) -> bool {
        self.terminal.as_ref().is_some_and(os::Terminal::is_lent)
    }

    /// Gives the helper the terminal, after as much of its question as is in its output.
    fn lend_terminal(&mut self, question: &str) {
        self.show_question(question);
        if let Some(terminal) = &mut self.terminal {
            terminal.lend(&self.child);
        }
    }

    fn show_question(&self, question: &str) {
        if let Some(terminal) = &self.terminal {
            let _ = terminal.file().write_all(printable(question).as_bytes());
        }
    }

    fn take_terminal_back(&mut self) {
        self.terminal.iter_mut().for_each(os::Terminal::take_back);
    }

    /// Whether Ctrl-C has ended a helper that had the terminal, and so did not reach vrun.
    fn is_interrupted(&self, status: ExitStatus, output: &str) -> bool {
        let was_lent = self.terminal.as_ref().is_some_and(os::Terminal::was_lent);
        let is_signal = os::is_interrupt(status);
        let is_said = || INTERRUPTED.iter().any(|words| output.contains(words));
        was_lent && !status.success() && (is_signal || is_said())
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
            let error = match ask(self) {
                Ok(Some(answer)) => return Ok(answer),
                Ok(None) if is_over() => ErrorKind::Interrupted.into(),
                Ok(None) => {
                    thread::sleep(POLL_INTERVAL);
                    continue;
                }
                Err(error) => error,
            };
            if os::kill_process_group(&mut self.child).is_err() {
                self.child.kill()?;
            }
            let _ = self.child.wait();
            return Err(error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_very_much_output_the_start_and_the_end_are_kept() {
        let mut longest = 0;
        let mut lines = Lines {
            output: String::new(),
            begun: [Vec::new(), Vec::new()],
            count: 0,
            on_event: &mut |event| {
                if let HelperEvent::Line(line) = event {
                    longest = longest.max(line.len());
                }
            },
        };
        lines.take(0, b"first\n");
        for _ in 0..3000 {
            lines.take(0, &[b'x'; 16 * 1024]);
            lines.take(1, "é\n".as_bytes());
        }
        lines.take(1, b"last");
        lines.take_begun();
        let (output, most) = (lines.output, 4 * MAX_KEPT + 2 * MAX_LINE);
        assert!(output.len() <= most, "{}", output.len());
        assert!(output.starts_with("first\n") && output.ends_with("last\n"));
        assert!(longest <= MAX_LINE + 16 * 1024, "{longest}");
    }
}
