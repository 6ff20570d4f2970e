//! The program that the tests let vrun run. It prints what it was handed, one thing to a line, bytes
//! that are not plain text escaped, so that every difference is to be seen. Under the names `python`
//! and `pip` it plays those in the sandbox's environments.
//!
//!     probe --exit N      ends with exit code N
//!     probe --kill NAME   dies of signal NAME
//!     probe --pid         prints its process id
//!     probe ANYTHING      prints what it sees
//!
//! Compiled by rustc alone, once per test run.

use std::env;
use std::ffi::{OsStr, OsString};
use std::process::{self, Command};

/// The variables that vrun may touch.
const WATCHED: [&str; 7] = [
    "PATH",
    "PWD",
    "PYTHONEXECUTABLE",
    "PYTHONHOME",
    "VIRTUAL_ENV",
    "VIRTUAL_ENV_PROMPT",
    "__PYVENV_LAUNCHER__",
];

fn main() {
    let args: Vec<OsString> = env::args_os().collect();
    let words: Vec<&str> = args.iter().skip(1).filter_map(|arg| arg.to_str()).collect();
    match words[..] {
        ["--exit", code] => process::exit(code.parse().expect("a number")),
        ["--kill", signal] => die_of(signal),
        ["--pid"] => println!("{}", process::id()),
        _ => report(&args),
    }
}

fn report(args: &[OsString]) {
    println!("file={}", shown(env::current_exe().map(OsString::from)));
    for (at, arg) in args.iter().enumerate() {
        println!("argv[{at}]={}", escaped(arg));
    }
    println!("cwd={}", shown(env::current_dir().map(OsString::from)));
    for name in WATCHED {
        match env::var_os(name) {
            Some(value) => println!("{name}={}", escaped(&value)),
            None => println!("{name} is unset"),
        }
    }
}

fn shown(path: std::io::Result<OsString>) -> String {
    path.map_or_else(|error| format!("? {}", error.kind()), |path| escaped(&path))
}

fn escaped(text: &OsStr) -> String {
    let mut line = String::new();
    for chunk in text.as_encoded_bytes().utf8_chunks() {
        for c in chunk.valid().chars() {
            if c == '\\' || c.is_control() {
                line.extend(c.escape_default())
            } else {
                line.push(c)
            }
        }
        for byte in chunk.invalid() {
            line.push_str(&format!("\\x{byte:02x}"));
        }
    }
    line
}

/// The shell's own `kill` sends the signal, so that nothing here has to be unsafe.
fn die_of(signal: &str) {
    let line = format!("kill -s {signal} {}", process::id());
    let sent = Command::new("/bin/sh").args(["-c", &line]).status();
    panic!("still alive after {line}: {sent:?}");
}
