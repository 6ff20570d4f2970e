//! The terminal, and a helper that asks a question on it.
//!
//! A helper leads a process group in the background of the terminal. A process there that reads from it, or changes its
//! modes, is stopped with its whole group (termios(3)). vrun then gives the group the foreground until the answer is
//! there, as a shell does.

use std::fs::File;
use std::io;
use std::process::Child;
use std::time::{Duration, Instant};

use nix::sys::signal::{SigSet, Signal};
use rustix::process::{Pid, WaitId, WaitIdOptions, getpgrp, kill_process_group, waitid};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr, tcsetpgrp};

/// How long SIGCONT is sent to a helper that has the terminal: ssh stops itself once more (readpassphrase).
const WAKING: Duration = Duration::from_millis(500);

/// A process that was stopped does not go on sooner: a person types a command.
const STOPPED: Duration = Duration::from_millis(50);

/// The terminal of this process's session, which helpers have too.
#[derive(Debug)]
pub(crate) struct Terminal {
    file: File,
    own_group: Pid,
    /// Whether the helper is stopped because it asks something.
    is_asking: bool,
    /// Since when the helper has the terminal, and its modes before.
    lent: Option<(Instant, Option<Termios>)>,
    was_lent: bool,
}

/// Whether somebody can answer a question of a helper's.
pub(crate) fn can_ask() -> bool {
    Terminal::open().is_some()
}

impl Terminal {
    #[expect(clippy::disallowed_methods, reason = "it is the system's own file")]
    pub(crate) fn open() -> Option<Terminal> {
        let file = File::options()
            .read(true)
            .write(true)
            .open("/dev/tty")
            .ok()?;
        Some(Terminal {
            file,
            own_group: getpgrp(),
            is_asking: false,
            lent: None,
            was_lent: false,
        })
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Whether the helper has the terminal.
    pub(crate) fn is_lent(&self) -> bool {
        self.lent.is_some()
    }

    /// Whether it has had it, so that a Ctrl-C may have reached it alone.
    pub(crate) fn was_lent(&self) -> bool {
        self.was_lent
    }

    /// Whether `helper` waits to be given the terminal. If a person has stopped it, or vrun has no terminal to give, this
    /// process stops too, until the shell continues it.
    ///
    /// # Errors
    /// Nobody can answer.
    pub(crate) fn is_wanted(&mut self, helper: &Child) -> io::Result<bool> {
        let Some(helper) = group_of(helper) else {
            return Ok(false);
        };
        match stop_signal(helper) {
            Some(Signal::SIGTTIN | Signal::SIGTTOU) if self.is_lent() => wake(helper),
            Some(Signal::SIGTTIN | Signal::SIGTTOU) => self.is_asking = true,
            Some(Signal::SIGTSTP) if self.is_lent() => {
                self.take_back();
                stop_own_group(Signal::SIGTSTP);
                self.is_asking = true;
            }
            _ => {}
        }
        if let Some((since, _)) = self.lent
            && since.elapsed() < WAKING
        {
            wake(helper);
        }
        if !self.is_asking {
            return Ok(false);
        }
        let is_foreground = || tcgetpgrp(&self.file).is_ok_and(|group| group == self.own_group);
        if !is_foreground() && !stop_own_group(Signal::SIGTTIN) && !is_foreground() {
            let reason = "it asks a question, and this job is in the background";
            return Err(io::Error::other(reason));
        }
        Ok(is_foreground())
    }

    /// Gives it to `helper`, which continues.
    pub(crate) fn lend(&mut self, helper: &Child) {
        let Some(helper) = group_of(helper) else {
            return;
        };
        self.lent = Some((Instant::now(), tcgetattr(&self.file).ok()));
        (self.is_asking, self.was_lent) = (false, true);
        let _ = tcsetpgrp(&self.file, helper);
        wake(helper);
    }

    /// Takes it back, with its modes as they were.
    pub(crate) fn take_back(&mut self) {
        let Some((_, modes)) = self.lent.take() else {
            return;
        };
        without_stop(|| {
            let _ = tcsetpgrp(&self.file, self.own_group);
            if let Some(modes) = modes {
                let _ = tcsetattr(&self.file, OptionalActions::Drain, &modes);
            }
        });
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.take_back();
    }
}

fn group_of(helper: &Child) -> Option<Pid> {
    Pid::from_raw(i32::try_from(helper.id()).ok()?)
}

fn wake(group: Pid) {
    let _ = kill_process_group(group, rustix::process::Signal::CONT);
}

/// The signal that has stopped a child since this was last asked. How it ends is left for whoever waits for it.
fn stop_signal(child: Pid) -> Option<Signal> {
    let options = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG;
    let status = waitid(WaitId::Pid(child), options).ok()??;
    // Which signal is not known on NetBSD. Nearly always the terminal has stopped it.
    #[cfg(target_os = "netbsd")]
    return status.stopped().then_some(Signal::SIGTTIN);
    #[cfg(not(target_os = "netbsd"))]
    Signal::try_from(status.stopping_signal()?).ok()
}

/// Stops this process with its group, as the terminal would. False if nothing stopped: no shell would continue it.
fn stop_own_group(signal: Signal) -> bool {
    let started = Instant::now();
    let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(0), signal);
    started.elapsed() > STOPPED
}

/// A process in the background is stopped where it changes the terminal, unless it blocks SIGTTOU.
fn without_stop(work: impl FnOnce()) {
    let before = SigSet::thread_get_mask();
    let mut mask = SigSet::empty();
    mask.add(Signal::SIGTTOU);
    let _ = mask.thread_block();
    work();
    if let Ok(before) = before {
        let _ = before.thread_set_mask();
    }
}
