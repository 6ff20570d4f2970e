//! The path of an interpreter -> what it says it is, by running it.
//!
//! It is run without its site packages and without the user's variables for Python, and imports nothing
//! but `sys`, so nothing that lies in the working directory is loaded. What it answers is kept, unless it
//! is a shim, whose answer depends on where it is asked.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, io_reason};
use crate::helper::{self, Helper};
use crate::output::Verbosity;
use crate::process::Process;
use crate::quote::printable;
use crate::{interrupt, os, self_exe};

use super::base_of;
use super::interpreter::{BytecodeFormat, Interpreter};
use super::probe_cache::ProbeCache;
use super::request_syntax::PythonKey;

/// How long an interpreter may take to say what it is.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

/// Prints what `Answer::parse` reads. Runs on every Python since 2.6, so that an old one can be named.
const PROBE_SCRIPT: &str = "\
import sys
v = sys.version_info
def raw(s):
    return s if isinstance(s, bytes) else s.encode(sys.getfilesystemencoding() or 'utf-8', 'surrogateescape')
if hasattr(sys, 'implementation'):
    name = sys.implementation.name
else:
    name = 'pypy' if 'PyPy' in sys.version else 'cpython'
threads = 'free-threading' in sys.version or 't' in getattr(sys, 'abiflags', '')
# Loaded before any script, and from the standard library.
stdlib = getattr(sys, '_stdlib_dir', None) or sys.modules['encodings'].__file__.rsplit('encodings', 1)[0]
# What compiled modules are called, and start with.
tag = getattr(getattr(sys, 'implementation', None), 'cache_tag', None) or ''
magic = getattr(sys.modules.get('_frozen_importlib_external'), 'MAGIC_NUMBER', b'')
magic = ''.join(['%02x' % n for n in bytearray(magic)])
fields = ['vrun', name] + ['%d' % n for n in v[:3]] + ['%s' % v[3], '%d' % v[4], 't' if threads else '', tag, magic]
out = getattr(sys.stdout, 'buffer', sys.stdout)
out.write(raw('\\0').join([raw(field) for field in fields + [stdlib, sys.executable or '']]))
";

/// A search for a base interpreter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prober<'a> {
    /// Where candidates are.
    pub process: &'a Process,
    /// The cache directory, where there is one to be used.
    pub cache_dir: Option<&'a Path>,
    /// The variables that an interpreter is asked with.
    pub vars: &'a [(OsString, OsString)],
    /// Where it is asked, so that a version manager's shim answers for this project.
    pub cwd: &'a Path,
    /// Set by Ctrl-C.
    pub stop: &'a AtomicBool,
    /// How much is said.
    pub verbosity: Verbosity,
}

impl Prober<'_> {
    /// What the interpreter at `path` is, or why it is passed over, as a clause for a message.
    ///
    /// # Errors
    /// Ctrl-C.
    pub(crate) fn probe(&self, path: &Path) -> Result<Result<Interpreter, String>, Error> {
        let answer = match self.probe_cached(path)? {
            Ok(answer) => answer,
            Err(why) => return Ok(Err(why)),
        };
        if os::is_same_file(path, &answer.executable) {
            return Ok(Ok(answer.into_interpreter(path.to_owned())));
        }
        // A shim. What it leads to may be an environment's Python in its turn.
        let exe = match base_of::resolve_base(&answer.executable) {
            Ok(exe) => exe,
            Err(why) => return Ok(Err(why)),
        };
        self.verbosity
            .verbose(|| format!("{} leads to {}", printable(path), printable(&exe)));
        if exe == answer.executable {
            return Ok(Ok(answer.into_interpreter(exe)));
        }
        Ok(self
            .probe_cached(&exe)?
            .map(|answer| answer.into_interpreter(exe)))
    }

    fn probe_cached(&self, path: &Path) -> Result<Result<ProbeOutput, String>, Error> {
        // It would look for the very environment that is being made.
        let is_vrun = || Ok(Err("it is vrun itself".to_owned()));
        if self_exe::is_shim(path, self.process.current_exe().as_deref()) {
            return is_vrun();
        }
        let cache = ProbeCache::in_cache_dir(self.cache_dir);
        if let Some(answer) = cache
            .read_answer(path)
            .and_then(|kept| ProbeOutput::parse(&kept))
        {
            return Ok(Ok(answer));
        }
        if self_exe::has_marker(path) {
            return is_vrun();
        }
        let output = match self.run_script(path) {
            Ok(output) => output,
            Err(_) if self.stop.load(Ordering::Relaxed) => {
                return Err(interrupt::interrupted_error());
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {
                return Ok(Err(format!("no answer in {} s", PROBE_TIMEOUT.as_secs())));
            }
            Err(error) => return Ok(Err(format!("it cannot be started: {}", io_reason(&error)))),
        };
        let Some(answer) = ProbeOutput::parse(&output.stdout) else {
            return Ok(Err(failure_reason(&output)));
        };
        if !is_script(path) && os::is_same_file(path, &answer.executable) {
            cache.write_answer(path, &output.stdout);
        }
        Ok(Ok(answer))
    }

    /// Runs the script, for as long as it may take.
    fn run_script(&self, path: &Path) -> io::Result<Output> {
        let args = ["-E", "-s", "-S", "-c", PROBE_SCRIPT].map(OsString::from);
        let helper = Helper {
            program: path,
            args: args.to_vec(),
            vars: self.vars,
            cwd: self.cwd,
            stdin: None,
        };
        let enough = AtomicBool::new(false);
        let (over, is_over) = mpsc::channel::<()>();
        let deadline = Instant::now() + PROBE_TIMEOUT;
        thread::scope(|scope| {
            let enough = &enough;
            scope.spawn(move || {
                let wait = Duration::from_millis(20);
                while let Err(RecvTimeoutError::Timeout) = is_over.recv_timeout(wait) {
                    if self.stop.load(Ordering::Relaxed) || Instant::now() > deadline {
                        enough.store(true, Ordering::Relaxed);
                    }
                }
            });
            let output = helper::run_captured(helper, enough);
            drop(over);
            output
        })
    }
}

/// Why there was no answer.
fn failure_reason(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    match said.lines().map(str::trim).find(|line| !line.is_empty()) {
        Some(line) => printable(line),
        None => format!("it does not answer as a Python does ({})", output.status),
    }
}

/// Whether a file is a script, such as a version manager's shim.
pub(crate) fn is_script(path: &Path) -> bool {
    let mut start = [0; 2];
    File::open(path).is_ok_and(|mut file| file.read_exact(&mut start).is_ok()) && start == *b"#!"
}

/// What an interpreter said.
#[derive(Debug, PartialEq, Eq)]
struct ProbeOutput {
    key: PythonKey,
    stdlib: PathBuf,
    bytecode: Option<BytecodeFormat>,
    executable: PathBuf,
}

impl ProbeOutput {
    fn into_interpreter(self, exe: PathBuf) -> Interpreter {
        let ProbeOutput {
            key: kind,
            stdlib,
            bytecode,
            ..
        } = self;
        Interpreter {
            exe,
            key: kind,
            stdlib,
            bytecode,
        }
    }

    fn parse(bytes: &[u8]) -> Option<ProbeOutput> {
        let fields: Vec<_> = bytes.split(|byte| *byte == 0).collect();
        let [
            b"vrun",
            name,
            release @ ..,
            level,
            serial,
            threads,
            tag,
            magic,
            stdlib,
            executable,
        ] = &fields[..]
        else {
            return None;
        };
        let release = release
            .iter()
            .map(|number| str::from_utf8(number).ok()?.parse().ok())
            .collect::<Option<Vec<u64>>>()
            .filter(|release| release.len() == 3)?;
        let serial = str::from_utf8(serial).ok()?;
        let suffix = match *level {
            b"alpha" => format!("a{serial}"),
            b"beta" => format!("b{serial}"),
            b"candidate" => format!("rc{serial}"),
            _ => String::new(),
        };
        let path = |bytes: &[u8]| Some(PathBuf::from(os::decode_os_string(bytes.to_vec())?));
        let (stdlib, executable) = (path(stdlib)?, path(executable)?);
        let kind = PythonKey {
            implementation: str::from_utf8(name).ok()?.to_owned(),
            release,
            suffix,
            free_threaded: *threads == b"t",
        };
        let bytecode =
            BytecodeFormat::parse(str::from_utf8(tag).ok()?, str::from_utf8(magic).ok()?);
        let answer = ProbeOutput {
            key: kind,
            stdlib,
            bytecode,
            executable,
        };
        Some(answer).filter(|answer| answer.executable.is_absolute())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_byte_for_byte() {
        // Where paths are bytes, they need not be text.
        let exe: &[u8] = if cfg!(windows) {
            b"C:\\my py\\python.exe"
        } else {
            b"/opt/\xff py/bin/python3"
        };
        let before =
            b"vrun\0cpython\x003\x0013\x000\0final\x000\0t\0cpython-313\0f30d0d0a\0/opt/lib\0";
        let bytes = [before, exe].concat();
        let answer = ProbeOutput::parse(&bytes).expect("an answer");
        assert_eq!(answer.key.to_string(), "Python 3.13.0t");
        assert_eq!(
            answer.bytecode,
            BytecodeFormat::parse("cpython-313", "f30d0d0a")
        );
        let path = answer.executable.as_os_str().as_encoded_bytes();
        assert_eq!(path, exe);
        let before = b"vrun\0pypy\x003\x0014\x000\0candidate\x001\0\0\0\0/l\0";
        let answer = ProbeOutput::parse(&[before, exe].concat()).expect("an answer");
        assert_eq!(answer.key.to_string(), "PyPy 3.14.0rc1");
    }

    #[test]
    fn nonsense_is_no_answer() {
        for bytes in [
            &b""[..],
            b"Python 3.12.1\n",
            b"vrun\0cpython\x003\x0013\0final\x000\0\0\0\0/l\0/x",
            b"vrun\0cpython\0x\x0013\x000\0final\x000\0\0\0\0/l\0/x",
            b"vrun\0cpython\x003\x0013\x000\0final\x000\0\0\0\0/l\0",
            b"vrun\0cpython\x003\x0013\x000\0final\x000\0\0\0\0/l\0python3",
            b"vrun\0cpython\x003\x0013\x000\0final\x000\0\0/l\0/x",
        ] {
            assert_eq!(ProbeOutput::parse(bytes), None);
        }
    }

    #[test]
    fn a_script_is_told_by_its_first_bytes() {
        let dir = tempfile::tempdir().expect("a directory");
        for (text, is) in [("#!/bin/sh\n", true), ("\x7fELF", false), ("#", false)] {
            let file = dir.path().join("file");
            std::fs::write(&file, text).expect("a file");
            assert_eq!(is_script(&file), is, "{text:?}");
        }
    }
}
