//! strace(1): which system calls a creation makes, and one of them made to fail, or to be its maker's last.
//!
//! Where vrun starts nothing else it gets no threads, so the calls come in the same order each time. Elsewhere `when=N`
//! counts the calls of each thread by itself, and a kind of call has as many points as the thread with the most of them
//! has. What vrun becomes comes after them all.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::process::Command;

use nix::errno::Errno;

use super::site::{Site, on_path};

/// What a creation may change a file system by, and the calls that it hangs on besides.
const CALLS: [&str; 28] = [
    "openat",
    "open",
    "creat",
    "write",
    "writev",
    "pwrite64",
    "mkdir",
    "mkdirat",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "unlink",
    "unlinkat",
    "rmdir",
    "chmod",
    "fchmod",
    "fchmodat",
    "ftruncate",
    "utimensat",
    "copy_file_range",
    "sendfile",
    "fsync",
    "flock",
    "getdents64",
];

/// What happens at a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blow {
    /// The system says no.
    Error(Errno),
    /// The process is gone before the call is made.
    Kill,
}

/// The `n`th call of a kind, and what happens there.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub call: String,
    pub n: usize,
    pub blow: Blow,
}

impl Fault {
    /// Whether it is taking something away that fails.
    pub(super) fn is_in_taking_away(&self) -> bool {
        let removes = ["unlink", "unlinkat", "rmdir"].contains(&&*self.call);
        // A directory is opened and read to be taken away.
        let looks = ["openat", "open", "getdents64"].contains(&&*self.call);
        self.blow != Blow::Kill && (removes || looks)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault { call, n, blow } = self;
        match blow {
            Blow::Error(errno) => write!(out, "{call}:error={errno:?}:when={n}"),
            Blow::Kill => write!(out, "{call}:signal=KILL:when={n}"),
        }
    }
}

/// Why nothing can be traced here.
pub(super) fn lacks() -> Option<String> {
    let fault = Fault {
        call: "write".to_owned(),
        n: 1000,
        blow: Blow::Kill,
    };
    let mut command = Command::new(on_path("strace"));
    command
        .args(arguments(&fault, Helpers::LetGo))
        .arg("/bin/true");
    match command.output() {
        Err(error) => Some(format!("strace: {error}")),
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}

/// What becomes of what vrun starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Helpers {
    /// It starts nothing.
    None,
    /// It is let go of. This takes longer, for then strace stops at each call of vrun's, whatever its kind.
    LetGo,
}

/// vrun with a fault in it. It ends as vrun does.
pub(super) fn with(fault: &Fault, helpers: Helpers, site: &Site, args: &[&str]) -> Command {
    traced(&arguments(fault, helpers), site, args)
}

fn arguments(fault: &Fault, helpers: Helpers) -> Vec<String> {
    let mut words = ["-f", "-qq", "-o", "/dev/null"].map(str::to_owned).to_vec();
    words.push(match helpers {
        Helpers::None => "--seccomp-bpf".to_owned(),
        Helpers::LetGo => "-bexecve".to_owned(),
    });
    words.extend(["-e".to_owned(), format!("trace={},{THREADS}", fault.call)]);
    words.extend(["-e".to_owned(), format!("inject={fault}")]);
    words.extend(without_threads(helpers));
    words
}

/// What starts a thread, or a helper.
const THREADS: &str = "?clone,?clone3";

fn without_threads(helpers: Helpers) -> impl Iterator<Item = String> {
    let words = ["-e".to_owned(), format!("inject={THREADS}:error=EAGAIN")];
    words.into_iter().filter(move |_| helpers == Helpers::None)
}

/// How many calls of each kind a command makes, by the thread that makes the most.
pub(super) fn count(site: &Site, helpers: Helpers, args: &[&str]) -> BTreeMap<String, usize> {
    let log = site.project.path("log");
    let log_name = log.to_str().expect("UTF-8");
    let calls = CALLS.map(|call| format!("?{call}")).join(",");
    let trace = format!("trace={calls},{THREADS}");
    let words = ["-f", "-qq", "-b", "execve", "-o", log_name, "-e", &trace].map(str::to_owned);
    let words: Vec<_> = words.into_iter().chain(without_threads(helpers)).collect();
    let output = traced(&words, site, args).output();
    let output = output.expect("strace");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&fs::read(log).expect("a log")).into_owned();
    let mut threads: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for line in text.lines() {
        // `1234  mkdir("/a", 0777) = 0`; `<... mkdir resumed>` was counted where it began.
        let Some((thread, call)) = line.split_once(' ') else {
            continue;
        };
        if let Some((call, _)) = call.trim_start().split_once('(')
            && CALLS.contains(&call)
        {
            *threads.entry((thread, call)).or_default() += 1;
        }
    }
    let mut most = BTreeMap::new();
    for ((_, call), count) in threads {
        let known: &mut usize = most.entry(call.to_owned()).or_default();
        *known = count.max(*known);
    }
    most
}

/// vrun in the project, under strace.
fn traced(words: &[String], site: &Site, args: &[&str]) -> Command {
    let vrun = site.project.vrun(args);
    let mut strace = Command::new(on_path("strace"));
    strace.args(words).arg(vrun.get_program());
    strace.args(vrun.get_args());
    site.project.place(&mut strace);
    site.within(strace)
}

/// Whether each call is to fail in each way.
pub(super) fn is_every_fault() -> bool {
    std::env::var_os("VRUN_TEST_ALL").is_some()
}

/// All calls, or at most `most` of them.
pub(super) fn sample(count: usize, most: usize) -> Vec<usize> {
    spread(count, if is_every_fault() { count } else { most })
}

/// At most `most` of the numbers from 1 to `count`, evenly spread, the first and the last among them; of one
/// alone it is the middle.
pub(super) fn spread(count: usize, most: usize) -> Vec<usize> {
    if count <= most {
        return (1..=count).collect();
    }
    match most {
        0 => Vec::new(),
        1 => vec![count.div_ceil(2)],
        _ => (0..most)
            .map(|step| 1 + step * (count - 1) / (most - 1))
            .collect(),
    }
}
