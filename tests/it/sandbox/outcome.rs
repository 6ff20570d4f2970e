//! What came of a command, and what a test says about it. A failure shows all there is to see.

use std::cell::Cell;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::panic::Location;
use std::process::{Child, ExitStatus};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::Sandbox;

/// Longer than any command of these tests takes, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The end of a command.
pub(crate) struct Outcome<'a> {
    sandbox: &'a Sandbox,
    command: String,
    status: ExitStatus,
    stdout: String,
    stderr: String,
    pid: u32,
    status_is_stated: Cell<bool>,
    stderr_is_stated: Cell<bool>,
    at: &'static Location<'static>,
}

impl<'a> Outcome<'a> {
    #[track_caller]
    pub(super) fn of(sandbox: &'a Sandbox, command: String, mut child: Child) -> Outcome<'a> {
        let (stdout, stderr) = (collect(child.stdout.take()), collect(child.stderr.take()));
        let status = wait(&mut child, &command);
        let read = |reader: JoinHandle<Vec<u8>>| sandbox.shown(&reader.join().expect("its output"));
        Outcome {
            sandbox,
            command: sandbox.shown(command.as_bytes()),
            status,
            stdout: read(stdout),
            stderr: read(stderr),
            pid: child.id(),
            status_is_stated: Cell::new(false),
            stderr_is_stated: Cell::new(false),
            at: Location::caller(),
        }
    }

    /// It ended with this exit code.
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        self.status_is_stated.set(true);
        self.check(
            self.status.code() == Some(code),
            &format!("exit code {code}"),
        );
        self
    }

    /// It died of this signal.
    #[track_caller]
    pub(crate) fn signal(self, signal: i32) -> Self {
        self.status_is_stated.set(true);
        self.check(
            self.status.signal() == Some(signal),
            &format!("death by signal {signal}"),
        );
        self
    }

    /// It printed this and nothing else.
    #[track_caller]
    pub(crate) fn stdout(self, text: &str) -> Self {
        self.check(self.stdout == text, &format!("on stdout:\n{text}"));
        self
    }

    /// It printed this line.
    #[track_caller]
    pub(crate) fn line(self, line: &str) -> Self {
        self.check(
            self.stdout.lines().any(|printed| printed == line),
            &format!("on stdout the line\n{line}"),
        );
        self
    }

    /// It printed these lines, in this order, with others between them.
    #[track_caller]
    pub(crate) fn lines(self, lines: &[&str]) -> Self {
        let mut printed = self.stdout.lines();
        let found = lines.iter().all(|line| printed.any(|seen| seen == *line));
        self.check(found, &format!("on stdout the lines\n{}", lines.join("\n")));
        self
    }

    /// The probe ran in the environment at this path of the sandbox.
    #[track_caller]
    pub(crate) fn in_env(self, path: &str) -> Self {
        self.line(&format!("VIRTUAL_ENV=[ROOT]/{path}"))
    }

    /// The probe was called with these, its own name first.
    #[track_caller]
    pub(crate) fn argv(self, words: &[&str]) -> Self {
        let argv: Vec<_> = self
            .stdout
            .lines()
            .filter(|line| line.starts_with("argv["))
            .collect();
        let numbered = words
            .iter()
            .enumerate()
            .map(|(at, word)| format!("argv[{at}]={word}"));
        let wanted: Vec<_> = numbered.collect();
        self.check(argv == wanted, &format!("argv:\n{}", wanted.join("\n")));
        self
    }

    /// All of what is on stderr contains this.
    #[track_caller]
    pub(crate) fn says(self, part: &str) -> Self {
        self.stderr_is_stated.set(true);
        self.check(
            self.stderr.contains(part),
            &format!("on stderr, among the rest:\n{part}"),
        );
        self
    }

    /// vrun failed: with this code, in the form of all its errors, nothing on stdout, and the message
    /// holds each of these.
    #[track_caller]
    pub(crate) fn error(self, code: i32, parts: &[&str]) -> Self {
        let outcome = self.code(code).stdout("");
        outcome.stderr_is_stated.set(true);
        let amiss = misshapen(&outcome.stderr);
        outcome.check(
            amiss.is_none(),
            &format!("an error in the usual form, but {}", amiss.unwrap_or("")),
        );
        for part in parts {
            outcome.check(
                outcome.stderr.contains(part),
                &format!("on stderr, among the rest:\n{part}"),
            );
        }
        outcome
    }

    /// What it printed, for a test to go on with.
    #[track_caller]
    pub(crate) fn text(self) -> String {
        self.stdout.clone()
    }

    /// What it said on stderr, for a test to go on with.
    pub(crate) fn said(self) -> String {
        self.stderr_is_stated.set(true);
        self.stderr.clone()
    }

    /// All that came of it, to be compared with another's: status, stdout, stderr.
    pub(crate) fn whole(self) -> (ExitStatus, String, String) {
        self.status_is_stated.set(true);
        self.stderr_is_stated.set(true);
        (self.status, self.stdout.clone(), self.stderr.clone())
    }

    /// What it said on stderr when it failed, whatever the code.
    #[track_caller]
    pub(crate) fn complaint(self) -> String {
        self.status_is_stated.set(true);
        self.stderr_is_stated.set(true);
        self.check(!self.status.success(), "a failure");
        self.stderr.clone()
    }

    /// The process that was started.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    #[track_caller]
    fn check(&self, holds: bool, expected: &str) {
        if !holds {
            self.status_is_stated.set(true);
            self.stderr_is_stated.set(true);
            self.fail(expected, Location::caller());
        }
    }

    fn fail(&self, expected: &str, at: &Location<'_>) -> ! {
        let (status, stdout, stderr, command) =
            (self.status, &self.stdout, &self.stderr, &self.command);
        let tree = self.sandbox.tree();
        let tree = tree
            .iter()
            .take(60)
            .map(|path| format!("  {path}\n"))
            .collect::<String>();
        panic!(
            "at {at}\ncommand: {command}\ntree:\n{tree}status: {status}\nstdout:\n{stdout}\nstderr:\n{stderr}\n\
             expected {expected}\n"
        );
    }
}

impl Drop for Outcome<'_> {
    /// What a test does not state is that all went well.
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        if !self.status_is_stated.get() && !self.status.success() {
            self.fail("exit code 0", self.at);
        }
        if !self.stderr_is_stated.get() && !self.stderr.is_empty() {
            self.fail("nothing on stderr", self.at);
        }
    }
}

/// What is wrong with the form of an error: `vrun: ` and what could not be done, lower case, no final
/// period; `cause:` lines; one `hint:` at most.
fn misshapen(message: &str) -> Option<&'static str> {
    let mut lines = message.lines();
    let Some(what) = lines.next().and_then(|line| line.strip_prefix("vrun: ")) else {
        return Some("the first line does not start with `vrun: `");
    };
    if what.ends_with('.') {
        return Some("the first line ends with a period");
    }
    let mut rest = lines.skip_while(|line| line.starts_with("  cause: "));
    if rest
        .next()
        .is_some_and(|line| !line.starts_with("  hint: "))
        || rest.next().is_some()
    {
        return Some("what follows are not causes and one hint");
    }
    if message.contains('\u{1b}') {
        return Some("it has colours, and this is no terminal");
    }
    None
}

/// Reads a stream on the side, so that a command that prints much is never held up.
fn collect(stream: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = stream.expect("a pipe").read_to_end(&mut bytes);
        read.map(|_| bytes).expect("its output")
    })
}

/// A command that starts itself over and over is stopped.
fn wait(child: &mut Child, command: &str) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("its status") {
            return status;
        }
        if start.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("no end after {PATIENCE:?}: {command}");
        }
        thread::sleep(Duration::from_millis(1));
    }
}
