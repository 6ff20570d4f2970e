//! The lines that an installer prints -> progress: one changing line on a terminal, a folded group of all lines in a
//! log that supports it, else only the steps. The steps are described where they are run: `sync.rs`, `installer.rs`,
//! `prune.rs`.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::helper::HelperEvent;
use crate::output::{self, Verbosity};
use crate::quote::printable;

/// How many characters of an installer's line are shown.
const MAX_WIDTH: usize = 60;

/// How often the spinner turns.
const TICK_INTERVAL: Duration = Duration::from_millis(120);

/// Puts the cursor before the changing line, so that a question is written over it.
const LINE_START: &str = "\r";

/// Erases what is left of it after the question.
const ERASE_REST: &str = "\x1b[K";

/// Where progress is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProgressOutput {
    /// On a terminal.
    Interactive,
    /// In the log of a CI job.
    Log,
    /// In a log that folds groups of lines: GitHub Actions. Its runner reads `::group::` on both streams
    /// (actions/runner, ScriptHandler.cs), and stdout is the program's.
    GroupedLog,
}

/// One step of an install.
#[derive(Debug)]
pub(crate) struct StepProgress {
    display: DisplayMode,
    line: String,
    verbosity: Verbosity,
    started: Instant,
    /// When the spinner was last turned.
    ticked: Instant,
}

#[derive(Debug)]
enum DisplayMode {
    Plain,
    Spinner(ProgressBar),
    Grouped,
}

impl StepProgress {
    /// Begins a step, which `line` describes.
    pub(crate) fn start(line: &str, output: ProgressOutput, verbosity: Verbosity) -> StepProgress {
        let display = match output {
            _ if verbosity < Verbosity::Normal => DisplayMode::Plain,
            ProgressOutput::GroupedLog => DisplayMode::Grouped,
            ProgressOutput::Interactive if io::stderr().is_terminal() => {
                DisplayMode::Spinner(spinner(line))
            }
            ProgressOutput::Interactive | ProgressOutput::Log => DisplayMode::Plain,
        };
        match &display {
            DisplayMode::Plain => verbosity.notice(line),
            DisplayMode::Grouped => {
                output::write_stderr(&format!("::group::vrun: {}\n", line.replace('%', "%25")))
            }
            DisplayMode::Spinner(_) => {}
        }
        StepProgress {
            display,
            line: line.to_owned(),
            verbosity,
            started: Instant::now(),
            ticked: Instant::now(),
        }
    }

    /// Takes what the installer does.
    pub(crate) fn on_event(&mut self, event: &HelperEvent<'_>) {
        match (&self.display, event) {
            (DisplayMode::Grouped, HelperEvent::Line(line)) => {
                output::write_stderr(&format!("{line}\n"));
            }
            (DisplayMode::Plain | DisplayMode::Grouped, _) => {}
            (DisplayMode::Spinner(bar), HelperEvent::Line(line)) => {
                if let Some(package) = package_line(line) {
                    bar.set_message(format!("{}: {package}", self.line));
                    output::write_control(LINE_START);
                }
            }
            (DisplayMode::Spinner(bar), HelperEvent::Quiet) => {
                // indicatif's own ticker takes a thread, and panics where there is none.
                if self.ticked.elapsed() > TICK_INTERVAL {
                    self.ticked = Instant::now();
                    bar.tick();
                    output::write_control(LINE_START);
                }
            }
            (DisplayMode::Spinner(bar), HelperEvent::Question) => {
                output::write_control(ERASE_REST);
                // It no longer erases the line that it has drawn.
                bar.set_draw_target(ProgressDrawTarget::stderr());
            }
        }
    }

    /// Ends the step. On a terminal its plain line replaces the changing one.
    pub(crate) fn finish(self) -> Duration {
        match &self.display {
            DisplayMode::Plain => {}
            DisplayMode::Grouped => output::write_stderr("::endgroup::\n"),
            DisplayMode::Spinner(bar) => {
                bar.finish_and_clear();
                self.verbosity.notice(&self.line);
            }
        }
        self.started.elapsed()
    }
}

fn spinner(line: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("vrun: {msg} {spinner}") {
        bar.set_style(style.tick_chars("|/-\\ "));
    }
    bar.set_message(line.to_owned());
    bar.tick();
    output::write_control(LINE_START);
    bar
}

/// A line that says which package the installer is working on.
fn package_line(line: &str) -> Option<String> {
    let line = line.trim();
    let verbs = "Processing|Collecting|Downloading|Building|Installing|Obtaining|Using cached";
    let mut rests = verbs.split('|').filter_map(|verb| line.strip_prefix(verb));
    let is_package = rests.any(|rest| rest.starts_with(' '));
    is_package.then(|| printable(line).chars().take(MAX_WIDTH).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_about_packages_are_shown() {
        let line = "Collecting six==1.16.0";
        assert_eq!(package_line(&format!("{line}\n")).as_deref(), Some(line));
        assert_eq!(package_line("Requirement already satisfied: six"), None);
        let long = format!("Installing collected packages: {}", "é".repeat(100));
        let length = package_line(&long).map(|line| line.chars().count());
        assert_eq!(length, Some(MAX_WIDTH));
    }
}
