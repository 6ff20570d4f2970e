//! The signals that ask this process to end, and SIGPIPE, which a program must find as vrun did.

use std::fs::File;
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

use nix::sys::signal::{SigSet, Signal};

/// Ctrl-C, `kill`, and a terminal that goes away.
const TERMINATION_SIGNALS: [Signal; 3] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];

/// While it lives, the signals that ask this process to end call a function instead.
#[derive(Debug)]
pub(crate) struct SignalGuard {
    previous_mask: Option<SigSet>,
    is_over: Arc<AtomicBool>,
}

/// Calls `act`, on a separate thread, for each signal that asks this process to end. Signals that were ignored at the
/// start, as by `nohup` and a shell's `&`, stay ignored. If no thread can be started, the signals end the process as
/// usual.
///
/// The signals are blocked and waited for. Threads that are started meanwhile inherit the mask, and so would processes but
/// for [`with_first_mask`]. The waiting thread cannot be stopped: once the guard is gone it sends the next signal on, to
/// the next waiting thread or to the default action.
pub(crate) fn on_termination(act: impl Fn() + Send + 'static) -> SignalGuard {
    let is_over = Arc::new(AtomicBool::new(false));
    let is_over_there = Arc::clone(&is_over);
    let previous_mask = handled_signals().and_then(|signals| {
        let before = SigSet::thread_get_mask().ok()?;
        FIRST_MASK.get_or_init(|| before);
        signals.thread_block().ok()?;
        let wait = move || {
            while let Ok(signal) = signals.wait() {
                if is_over_there.load(Ordering::Relaxed) {
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
        previous_mask,
        is_over,
    }
}

/// The signal mask of before the first guard.
static FIRST_MASK: OnceLock<SigSet> = OnceLock::new();

/// Starts a process with the signal mask that this one was started with: it is to end by the signals that vrun waits for.
/// One that comes meanwhile ends vrun as usual.
pub(crate) fn with_first_mask<T>(start: impl FnOnce() -> T) -> T {
    let now = SigSet::thread_get_mask();
    let is_changed = FIRST_MASK.get().map(SigSet::thread_set_mask);
    let started = start();
    if let (Some(_), Ok(now)) = (is_changed, now) {
        let _ = now.thread_set_mask();
    }
    started
}

impl Drop for SignalGuard {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(before) = self.previous_mask {
            let _ = before.thread_set_mask();
        }
    }
}

/// The termination signals that were neither ignored nor blocked at the start. Linux keeps a blocked signal for whoever
/// waits for it even if it is ignored; other systems discard it.
fn handled_signals() -> Option<SigSet> {
    let unknown = if cfg!(target_os = "linux") {
        u64::MAX
    } else {
        0
    };
    let ignored = ignored_signals().unwrap_or(unknown);
    let blocked = SigSet::thread_get_mask().ok()?;
    let is_handled = |signal: &Signal| !is_in_mask(*signal, ignored) && !blocked.contains(*signal);
    let signals: SigSet = TERMINATION_SIGNALS.into_iter().filter(is_handled).collect();
    (signals != SigSet::empty()).then_some(signals)
}

/// Whether SIGPIPE was ignored at the start. std ignores it before `main` in any case, and programs inherit that. No
/// safe call tells, so this comes from proc(5); without it, SIGPIPE is treated as not ignored.
static WAS_SIGPIPE_IGNORED: AtomicBool = AtomicBool::new(false);

/// Records whether SIGPIPE is ignored, before std ignores it.
pub(super) fn record_sigpipe() {
    let is_ignored = ignored_signals().is_some_and(|ignored| is_in_mask(Signal::SIGPIPE, ignored));
    WAS_SIGPIPE_IGNORED.store(is_ignored, Ordering::Relaxed);
}

/// Gives SIGPIPE its default action, unless it was ignored at the start.
pub(super) fn restore_sigpipe() {
    if !WAS_SIGPIPE_IGNORED.load(Ordering::Relaxed) {
        sigpipe::reset();
    }
}

/// Whether SIGCHLD is ignored, as far as proc(5) tells.
pub(super) fn is_sigchld_ignored() -> bool {
    ignored_signals().is_some_and(|ignored| is_in_mask(Signal::SIGCHLD, ignored))
}

fn is_in_mask(signal: Signal, mask: u64) -> bool {
    mask >> (signal as i32 - 1) & 1 == 1
}

/// The signals that this process ignores, one bit each (proc(5)).
#[expect(clippy::disallowed_methods, reason = "it is the system's own file")]
fn ignored_signals() -> Option<u64> {
    let mut status = [0; 4096];
    let length = File::open("/proc/self/status").and_then(|mut file| file.read(&mut status));
    let text = str::from_utf8(&status[..length.unwrap_or(0)]).unwrap_or_default();
    let mask = text.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok())
}
