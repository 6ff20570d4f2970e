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

use crate::create::interrupt;
use crate::create::request::Kind;
use crate::error::{Error, reason, shown};
use crate::itself;
use crate::launch::{self, Helper};
use crate::os;
use crate::voice::Voice;
use crate::world::World;

use super::cache::Cache;
use super::{Base, Bytecode, outer};

/// How long an interpreter may take to say what it is.
const LIMIT: Duration = Duration::from_secs(10);

/// Prints what `Answer::parse` reads. Runs on every Python since 2.6, so that an old one can be named.
const SCRIPT: &str = "\
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
pub struct Inquiry<'a> {
    /// Where candidates are.
    pub world: &'a World,
    /// The cache directory, where there is one to be used.
    pub cache: Option<&'a Path>,
    /// The variables that an interpreter is asked with.
    pub vars: &'a [(OsString, OsString)],
    /// Where it is asked, so that a version manager's shim answers for this project.
    pub cwd: &'a Path,
    /// Set by Ctrl-C.
    pub stop: &'a AtomicBool,
    /// How much is said.
    pub voice: Voice,
}

impl Inquiry<'_> {
    /// What the interpreter at `path` is, or why it is passed over, as a clause for a message.
    ///
    /// # Errors
    /// Ctrl-C.
    pub fn ask(&self, path: &Path) -> Result<Result<Base, String>, Error> {
        let answer = match self.known(path)? {
            Ok(answer) => answer,
            Err(why) => return Ok(Err(why)),
        };
        if os::same_file(path, &answer.executable) {
            return Ok(Ok(answer.base(path.to_owned())));
        }
        // A shim. What it leads to may be an environment's Python in its turn.
        let exe = match outer::behind(&answer.executable) {
            Ok(exe) => exe,
            Err(why) => return Ok(Err(why)),
        };
        self.voice
            .detail(|| format!("{} leads to {}", shown(path), shown(&exe)));
        if exe == answer.executable {
            return Ok(Ok(answer.base(exe)));
        }
        Ok(self.known(&exe)?.map(|answer| answer.base(exe)))
    }

    fn known(&self, path: &Path) -> Result<Result<Answer, String>, Error> {
        // It would look for the very environment that is being made.
        let is_vrun = || Ok(Err("it is vrun itself".to_owned()));
        if itself::is_shim(path, self.world.own().as_deref()) {
            return is_vrun();
        }
        let cache = Cache::in_directory(self.cache);
        if let Some(answer) = cache.read(path).and_then(|kept| Answer::parse(&kept)) {
            return Ok(Ok(answer));
        }
        if itself::bears_mark(path) {
            return is_vrun();
        }
        let output = match self.run(path) {
            Ok(output) => output,
            Err(_) if self.stop.load(Ordering::Relaxed) => return Err(interrupt::interrupted()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {
                return Ok(Err(format!("no answer in {} s", LIMIT.as_secs())));
            }
            Err(error) => return Ok(Err(format!("it cannot be started: {}", reason(&error)))),
        };
        let Some(answer) = Answer::parse(&output.stdout) else {
            return Ok(Err(refusal(&output)));
        };
        if !is_script(path) && os::same_file(path, &answer.executable) {
            cache.write(path, &output.stdout);
        }
        Ok(Ok(answer))
    }

    /// Runs the script, for as long as it may take.
    fn run(&self, path: &Path) -> io::Result<Output> {
        let args = ["-E", "-s", "-S", "-c", SCRIPT].map(OsString::from);
        let helper = Helper {
            program: path,
            args: args.to_vec(),
            vars: self.vars,
            cwd: self.cwd,
            stdin: None,
        };
        let enough = AtomicBool::new(false);
        let (over, is_over) = mpsc::channel::<()>();
        let deadline = Instant::now() + LIMIT;
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
            let output = launch::run(helper, enough);
            drop(over);
            output
        })
    }
}

/// Why there was no answer.
fn refusal(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    match said.lines().map(str::trim).find(|line| !line.is_empty()) {
        Some(line) => shown(line),
        None => format!("it does not answer as a Python does ({})", output.status),
    }
}

/// Whether a file is a script, such as a version manager's shim.
pub fn is_script(path: &Path) -> bool {
    let mut start = [0; 2];
    File::open(path).is_ok_and(|mut file| file.read_exact(&mut start).is_ok()) && start == *b"#!"
}

/// What an interpreter said.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    kind: Kind,
    stdlib: PathBuf,
    bytecode: Option<Bytecode>,
    executable: PathBuf,
}

impl Answer {
    fn base(self, exe: PathBuf) -> Base {
        let Answer {
            kind,
            stdlib,
            bytecode,
            ..
        } = self;
        Base {
            exe,
            kind,
            stdlib,
            bytecode,
        }
    }

    fn parse(bytes: &[u8]) -> Option<Answer> {
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
        let path = |bytes: &[u8]| Some(PathBuf::from(os::text(bytes.to_vec())?));
        let (stdlib, executable) = (path(stdlib)?, path(executable)?);
        let kind = Kind {
            implementation: str::from_utf8(name).ok()?.to_owned(),
            release,
            suffix,
            free_threaded: *threads == b"t",
        };
        let bytecode = Bytecode::of(str::from_utf8(tag).ok()?, str::from_utf8(magic).ok()?);
        let answer = Answer {
            kind,
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
        let answer = Answer::parse(&bytes).expect("an answer");
        assert_eq!(answer.kind.to_string(), "Python 3.13.0t");
        assert_eq!(answer.bytecode, Bytecode::of("cpython-313", "f30d0d0a"));
        let path = answer.executable.as_os_str().as_encoded_bytes();
        assert_eq!(path, exe);
        let before = b"vrun\0pypy\x003\x0014\x000\0candidate\x001\0\0\0\0/l\0";
        let answer = Answer::parse(&[before, exe].concat()).expect("an answer");
        assert_eq!(answer.kind.to_string(), "PyPy 3.14.0rc1");
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
            assert_eq!(Answer::parse(bytes), None);
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
