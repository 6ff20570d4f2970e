//! The signals that ask this process to end, and SIGPIPE, which a program is to find as vrun did.

use std::fs::File;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use nix::sys::signal::{SigSet, Signal};

/// What asks a process to end: Ctrl-C, `kill`, a terminal that goes away.
const TERMINATION_SIGNALS: [Signal; 3] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];

/// As long as it lives, what asks this process to end calls a function instead.
#[derive(Debug)]
pub(crate) struct SignalGuard {
    previous_mask: Option<SigSet>,
    is_over: Arc<AtomicBool>,
}

/// Has `act` called, on a thread of its own, for each signal that asks this process to end. What came
/// ignored, as from `nohup` and a shell's `&`, stays ignored. Where there is no thread to be had, the
/// signals end the process as ever.
///
/// They are blocked and waited for: a thread that is started meanwhile blocks them too, a process that std
/// starts does not. The thread cannot be called back: what it gets when it is over is handed on, to the next one that
/// waits, or to what a signal does as ever.
pub(crate) fn on_termination(act: impl Fn() + Send + 'static) -> SignalGuard {
    let is_over = Arc::new(AtomicBool::new(false));
    let ends = Arc::clone(&is_over);
    let heeded = handled_signals().and_then(|signals| {
        let before = SigSet::thread_get_mask().ok()?;
        signals.thread_block().ok()?;
        let wait = move || {
            while let Ok(signal) = signals.wait() {
                if ends.load(Ordering::Relaxed) {
                    let _ = nix::sys::signal::kill(nix::unistd::Pid::this(), signal);
                    return;
                }
                act();
            }
        };
        let started = thread::Builder::new().spawn(wait);
        if started.is_err() {
            let _ = before.thread_set_mask();
        }
        started.ok().map(|_| before)
    });
    SignalGuard {
        previous_mask: heeded,
        is_over,
    }
}

impl Drop for SignalGuard {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(before) = self.previous_mask {
            let _ = before.thread_set_mask();
        }
    }
}

/// Those of ENDS that came neither ignored nor blocked. Linux keeps a blocked signal for who waits for it
/// even where it is ignored; other systems throw it away by themselves.
fn handled_signals() -> Option<SigSet> {
    let all_or_none = if cfg!(target_os = "linux") {
        u64::MAX
    } else {
        0
    };
    let ignored = ignored_signals().unwrap_or(all_or_none);
    let blocked = SigSet::thread_get_mask().ok()?;
    let mut signals = SigSet::empty();
    for signal in TERMINATION_SIGNALS {
        if !is_in_mask(signal, ignored) && !blocked.contains(signal) {
            signals.add(signal);
        }
    }
    Some(signals).filter(|signals| {
        TERMINATION_SIGNALS
            .iter()
            .any(|signal| signals.contains(*signal))
    })
}

/// Whether SIGPIPE came ignored. std ignores it before `main` whatever it was, and a program inherits what
/// is ignored. There is no safe call that tells, so the kernel's own account is read (proc(5)); where
/// there is none, it counts as not ignored.
static WAS_SIGPIPE_IGNORED: AtomicBool = AtomicBool::new(false);

/// Notes whether SIGPIPE is ignored: before std ignores it.
pub(super) fn record_sigpipe() {
    let is_ignored = ignored_signals().is_some_and(|ignored| is_in_mask(Signal::SIGPIPE, ignored));
    WAS_SIGPIPE_IGNORED.store(is_ignored, Ordering::Relaxed);
}

/// Gives SIGPIPE back its default, unless it came ignored.
pub(super) fn restore_sigpipe() {
    if !WAS_SIGPIPE_IGNORED.load(Ordering::Relaxed) {
        sigpipe::reset();
    }
}

fn is_in_mask(signal: Signal, mask: u64) -> bool {
    mask >> (signal as i32 - 1) & 1 == 1
}

/// The signals that this process ignores, a bit for each, by the kernel's own account.
fn ignored_signals() -> Option<u64> {
    let mut status = [0; 4096];
    let length = File::open("/proc/self/status").and_then(|mut file| file.read(&mut status));
    let text = str::from_utf8(&status[..length.unwrap_or(0)]).unwrap_or_default();
    let mask = text.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok())
}
