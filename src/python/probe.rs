//! An interpreter's path -> what it reports about itself, by running it.
//!
//! It runs without site-packages and the user's Python variables, and imports nothing but `sys`, so it loads nothing
//! from the working directory. The answer is cached, unless the interpreter is a shim, whose answer depends on the
//! working directory.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::error::{Error, io_reason};
use crate::fs::lies_in;
use crate::helper::{self, Helper};
use crate::process::Process;
use crate::quote::printable;
use crate::read::read_head;
use crate::venv::Venv;
use crate::{developer_tools, interrupt, os, self_exe};

use super::interpreter::{BytecodeFormat, Interpreter};
use super::probe_cache::{ProbeCache, usable_cache_dir};
use super::request_syntax::PythonKey;
use super::{base_of, child_env};

const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

/// No answer, and no first line of an error, is longer.
const MAX_ANSWER: usize = 64 * 1024;
const MAX_REASON: usize = 200;

/// Prints what `parse_answer` reads. Runs on every Python since 2.6, so that an old one can be named.
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
# The name and header of compiled modules.
tag = getattr(getattr(sys, 'implementation', None), 'cache_tag', None) or ''
magic = getattr(sys.modules.get('_frozen_importlib_external'), 'MAGIC_NUMBER', b'')
magic = ''.join(['%02x' % n for n in bytearray(magic)])
fields = ['vrun', name] + ['%d' % n for n in v[:3]] + ['%s' % v[3], '%d' % v[4], 't' if threads else '', tag, magic]
out = getattr(sys.stdout, 'buffer', sys.stdout)
out.write(raw('\\0').join([raw(field) for field in fields + [stdlib, sys.executable or '']]))
";

/// How interpreters are asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prober<'a> {
    pub process: &'a Process,
    /// The cache directory, if there is a usable one.
    pub cache_dir: Option<&'a Path>,
    /// Whether new answers are kept there.
    pub is_cached: bool,
    /// The variables of the interpreter that is asked.
    pub vars: &'a [(OsString, OsString)],
    /// Its working directory, so that a version manager's shim answers for this project.
    pub cwd: &'a Path,
    /// Directories whose interpreters are not started.
    pub off_limits: &'a [PathBuf],
    /// Set by Ctrl-C.
    pub stop: &'a AtomicBool,
}

/// Runs `act` with a prober for an existing environment, for a command that trusts it.
pub(super) fn with_prober<T>(
    venv: &Venv,
    process: &Process,
    act: impl FnOnce(&Prober<'_>) -> T,
) -> T {
    act(&Prober {
        process,
        cache_dir: usable_cache_dir(process).as_deref(),
        is_cached: true,
        vars: &child_env::vars_for_python(process),
        cwd: venv.root.parent().unwrap_or(Path::new("/")),
        off_limits: &[],
        stop: &AtomicBool::new(false),
    })
}

impl Prober<'_> {
    /// The interpreter at `path`, or why it cannot be used, as a clause for a message.
    ///
    /// # Errors
    /// Ctrl-C.
    pub(crate) fn probe(&self, path: &Path) -> Result<Result<Interpreter, String>, Error> {
        let answer = match self.probe_cached(path)? {
            Ok(answer) => answer,
            Err(why) => return Ok(Err(why)),
        };
        if os::is_same_file(path, &answer.exe) {
            let exe = path.to_owned();
            return Ok(Ok(Interpreter { exe, ..answer }));
        }
        // A shim. What it starts may be an environment's Python in turn.
        let exe = match base_of::resolve_base(&answer.exe) {
            Ok(exe) => exe,
            Err(why) => return Ok(Err(why)),
        };
        self.process
            .verbosity
            .verbose(|| format!("{} leads to {}", printable(path), printable(&exe)));
        if exe == answer.exe {
            return Ok(Ok(answer));
        }
        let answer = self.probe_cached(&exe)?;
        Ok(answer.map(|answer| Interpreter { exe, ..answer }))
    }

    /// Whether the interpreter at `path` is the one at `base`, or leads to it. One that is not asked may be.
    pub(super) fn may_lead_to(&self, path: &Path, base: &Path) -> Result<bool, Error> {
        if self.is_off_limits(path) {
            return Ok(true);
        }
        let answer = self.probe(path)?;
        Ok(answer.is_ok_and(|interpreter| os::is_same_file(&interpreter.exe, base)))
    }

    /// What the interpreter at `path` answers, with its `sys.executable` as `exe`.
    fn probe_cached(&self, path: &Path) -> Result<Result<Interpreter, String>, Error> {
        // It would look for the very environment that is being created.
        let is_vrun = || Ok(Err("it is vrun itself".to_owned()));
        if self_exe::is_shim(path, self.process.current_exe().as_deref()) {
            return is_vrun();
        }
        if self.is_off_limits(path) {
            return Ok(Err("it is in the project or the environment".to_owned()));
        }
        if developer_tools::opens_dialog(path) {
            return Ok(Err(
                "it only offers to install Apple's developer tools".to_owned()
            ));
        }
        let cache = ProbeCache::in_cache_dir(self.cache_dir);
        let cached = cache.read_answer(path);
        if let Some(answer) = cached.and_then(|cached| parse_answer(&cached)) {
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
        let Some(answer) = parse_answer(&output.stdout) else {
            return Ok(Err(failure_reason(&output)));
        };
        if self.is_cached && !is_script(path) && os::is_same_file(path, &answer.exe) {
            cache.write_answer(path, &output.stdout);
        }
        Ok(Ok(answer))
    }

    fn is_off_limits(&self, path: &Path) -> bool {
        self.off_limits.iter().any(|dir| lies_in(path, dir))
    }

    fn run_script(&self, path: &Path) -> io::Result<Output> {
        let args = ["-E", "-s", "-S", "-B", "-c", PROBE_SCRIPT].map(OsString::from);
        let helper = Helper {
            program: path,
            args: args.to_vec(),
            vars: self.vars,
            cwd: self.cwd,
            lock: None,
            terminal: None,
        };
        let deadline = Instant::now() + PROBE_TIMEOUT;
        helper::run_captured(helper, &|| {
            self.stop.load(Ordering::Relaxed) || Instant::now() > deadline
        })
    }
}

fn failure_reason(output: &Output) -> String {
    let start = output.stderr.get(..MAX_ANSWER).unwrap_or(&output.stderr);
    let stderr = String::from_utf8_lossy(start);
    match stderr.lines().map(str::trim).find(|line| !line.is_empty()) {
        Some(line) => printable(line.chars().take(MAX_REASON).collect::<String>()),
        None => format!("it does not answer as a Python does ({})", output.status),
    }
}

/// Whether a file is a script, such as a version manager's shim.
pub(crate) fn is_script(path: &Path) -> bool {
    read_head(path, 2).is_ok_and(|(_, start)| start == b"#!")
}

fn parse_answer(bytes: &[u8]) -> Option<Interpreter> {
    if bytes.len() > MAX_ANSWER {
        return None;
    }
    let fields: Vec<_> = bytes.split(|byte| *byte == 0).collect();
    let [
        b"vrun",
        name,
        major,
        minor,
        micro,
        level,
        serial,
        build,
        tag,
        magic,
        stdlib,
        executable,
    ] = fields[..]
    else {
        return None;
    };
    let release = [major, minor, micro]
        .iter()
        .map(|number| str::from_utf8(number).ok()?.parse().ok())
        .collect::<Option<_>>()?;
    let serial = str::from_utf8(serial).ok()?;
    let suffix = match level {
        b"alpha" => format!("a{serial}"),
        b"beta" => format!("b{serial}"),
        b"candidate" => format!("rc{serial}"),
        _ => String::new(),
    };
    let path = |bytes: &[u8]| Some(PathBuf::from(os::decode_os_string(bytes.to_vec())?));
    Some(Interpreter {
        exe: path(executable)?,
        key: PythonKey {
            implementation: str::from_utf8(name).ok()?.to_owned(),
            release,
            suffix,
            free_threaded: build == b"t",
        },
        stdlib: path(stdlib)?,
        bytecode: BytecodeFormat::parse(str::from_utf8(tag).ok()?, str::from_utf8(magic).ok()?),
    })
    .filter(|answer| answer.exe.is_absolute())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;

    #[test]
    fn an_answer_is_parsed_byte_for_byte() {
        // Where paths are bytes, they need not be text.
        let exe: &[u8] = if cfg!(windows) {
            b"C:\\my py\\python.exe"
        } else {
            b"/opt/\xff py/bin/python3"
        };
        let start =
            b"vrun\0cpython\x003\x0013\x000\0final\x000\0t\0cpython-313\0f30d0d0a\0/opt/lib\0";
        let bytes = [start, exe].concat();
        let answer = parse_answer(&bytes).expect("an answer");
        assert_eq!(answer.key.to_string(), "Python 3.13.0t");
        assert_eq!(
            answer.bytecode,
            BytecodeFormat::parse("cpython-313", "f30d0d0a")
        );
        let path = answer.exe.as_os_str().as_encoded_bytes();
        assert_eq!(path, exe);
        let start = b"vrun\0pypy\x003\x0014\x000\0candidate\x001\0\0\0\0/l\0";
        let answer = parse_answer(&[start, exe].concat()).expect("an answer");
        assert_eq!(answer.key.to_string(), "PyPy 3.14.0rc1");
    }

    #[test]
    fn malformed_answers_are_ignored() {
        for bytes in [
            &b""[..],
            b"Python 3.12.1\n",
            b"vrun\0cpython\x003\x0013\0final\x000\0\0\0\0/l\0/x",
            b"vrun\0cpython\0x\x0013\x000\0final\x000\0\0\0\0/l\0/x",
            b"vrun\0cpython\x003\x0013\x000\0final\x000\0\0\0\0/l\0",
            b"vrun\0cpython\x003\x0013\x000\0final\x000\0\0\0\0/l\0python3",
            b"vrun\0cpython\x003\x0013\x000\0final\x000\0\0/l\0/x",
        ] {
            assert_eq!(parse_answer(bytes), None);
        }
    }

    #[test]
    fn a_script_is_recognised_by_its_first_bytes() {
        let dir = tempfile::tempdir().expect("a directory");
        for (text, is) in [("#!/bin/sh\n", true), ("\x7fELF", false), ("#", false)] {
            let file = dir.path().join("file");
            std::fs::write(&file, text).expect("a file");
            assert_eq!(is_script(&file), is, "{text:?}");
        }
    }

    #[test]
    fn any_answer_is_parsed_or_ignored() {
        fuzz("probe_answer", 3000, |bytes| drop(parse_answer(bytes)));
    }
}
