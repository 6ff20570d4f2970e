//! Where processes start: the program that vrun becomes, and the helpers that it waits for: base interpreters,
//! installers, git.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use crate::error::{Error, reason, shown};
use crate::os::{self, Quoting};
use crate::program::{Program, shebang};

/// Becomes `program` with `vars` as all its variables. Comes back only to say why it could not.
pub fn become_program(program: &Program, vars: &[(OsString, OsString)]) -> Error {
    let error = attempt(&program.file, &program.argv, program.quoting, vars);
    if let Some(shell) = &program.shell {
        return become_program(shell, vars);
    }
    match os::SHELL {
        Some(shell) if os::is_unknown_format(&error) && is_for_shell(&program.file) => {
            // A script without a first line is the shell's: execvp(3) has it so, and so does `env`.
            let script = named_as_a_path(&program.file);
            let args = program.argv.iter().skip(1).cloned();
            let argv: Vec<_> = [shell.into(), script.into()]
                .into_iter()
                .chain(args)
                .collect();
            explained(
                &program.file,
                attempt(Path::new(shell), &argv, Quoting::Usual, vars),
            )
        }
        _ => explained(&program.file, error),
    }
}

fn is_for_shell(file: &Path) -> bool {
    matches!(shebang::read(file), Ok(None)) && !shebang::is_binary(file)
}

/// A bare name, found through an empty entry of PATH, could be an option to a shell.
fn named_as_a_path(file: &Path) -> PathBuf {
    if file.components().count() > 1 {
        file.to_owned()
    } else {
        Path::new(".").join(file)
    }
}

fn attempt(
    file: &Path,
    argv: &[OsString],
    quoting: Quoting,
    vars: &[(OsString, OsString)],
) -> io::Error {
    match os::become_program(file, argv, quoting, vars) {
        Ok(never) => match never {},
        Err(error) => error,
    }
}

/// What the system's refusal to start `file` comes from.
fn explained(file: &Path, error: io::Error) -> Error {
    let refused = Error::refused(format!("{} cannot be run", shown(file)));
    match (error.kind(), interpreter(file)) {
        (ErrorKind::NotFound, _) if !file.exists() => {
            Error::not_found(format!("no file named {}", shown(file)))
        }
        (ErrorKind::NotFound, Some(interpreter)) => refused.cause(format_args!(
            "its first line names {interpreter}, which does not exist"
        )),
        (ErrorKind::NotFound, None) => {
            refused.cause("the loader that it names is not on this system")
        }
        (_, Some(interpreter)) => refused.cause(format_args!(
            "its first line names {interpreter}: {}",
            reason(&error)
        )),
        (_, None) if os::is_unknown_format(&error) && shebang::is_binary(file) => {
            refused.cause("it is a program for another system")
        }
        (_, None) if os::is_unknown_format(&error) => match shebang::read(file) {
            Err(unreadable) => refused.cause(reason(&unreadable)),
            // The system's own words name no file (Windows: "%1 is not a valid application").
            Ok(_) => refused.cause("it is no program"),
        },
        (_, None) => refused.cause(reason(&error)),
    }
}

/// The interpreter that a script's first line names, for a message.
fn interpreter(file: &Path) -> Option<String> {
    let line = shebang::read(file).ok()??;
    let word = shebang::words(&line).next()?;
    Some(shown(String::from_utf8_lossy(word).as_ref()))
}

/// A helper program that is run to its end while vrun waits.
#[derive(Debug)]
pub struct Helper<'a> {
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
pub fn run(helper: Helper<'_>, stop: &AtomicBool) -> io::Result<Output> {
    let mut child = start(helper)?;
    let _bound = os::bind(&child);
    let stdout = collect(child.stdout.take());
    let stderr = collect(child.stderr.take());
    let status = wait(&mut child, stop)?;
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
pub fn follow(
    helper: Helper<'_>,
    stop: &AtomicBool,
    hear: &mut dyn FnMut(&str),
) -> io::Result<(ExitStatus, String)> {
    let mut child = start(helper)?;
    let _bound = os::bind(&child);
    let (sender, lines) = mpsc::channel();
    pass_on(child.stdout.take(), sender.clone());
    pass_on(child.stderr.take(), sender);
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
                    wait(&mut child, stop)?;
                }
            }
            _ => break wait(&mut child, stop)?,
        }
    };
    // What it started may hold the streams open for longer than it lives.
    while let Ok(line) = lines.recv_timeout(Duration::from_millis(10)) {
        note(&line);
    }
    Ok((status, said))
}

fn start(helper: Helper<'_>) -> io::Result<Child> {
    let stdin = helper.stdin.map_or_else(Stdio::null, Stdio::from);
    let mut command = Command::new(helper.program);
    os::lead_group(&mut command);
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
fn pass_on(stream: Option<impl Read + Send + 'static>, to: Sender<String>) {
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
fn collect(stream: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            let _ = stream.read_to_end(&mut bytes);
        }
        bytes
    })
}

fn wait(child: &mut Child, stop: &AtomicBool) -> io::Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if stop.load(Ordering::Relaxed) {
            if os::kill_group(child).is_err() {
                child.kill()?;
            }
            child.wait()?;
            return Err(ErrorKind::Interrupted.into());
        }
        thread::sleep(Duration::from_millis(5));
    }
}
