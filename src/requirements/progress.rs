//! The lines that an installer prints -> what a person sees meanwhile: on a terminal one line that is drawn over, in a
//! log that folds all of them, else nothing but the steps.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::output::{self, Verbosity};
use crate::quote::printable;

/// How much of an installer's line is shown.
const MAX_WIDTH: usize = 60;

/// Where the steps are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProgressOutput {
    /// A person sees them, as they come.
    Interactive,
    /// They are read later, in the log of a CI job.
    Log,
    /// The same in one that folds groups of lines: GitHub Actions. Its runner takes `::group::` from both streams
    /// (actions/runner, ScriptHandler.cs), and stdout is not vrun's.
    GroupedLog,
}

/// One step.
#[derive(Debug)]
pub(super) struct StepProgress {
    display: DisplayMode,
    line: String,
    verbosity: Verbosity,
    started: Instant,
}

/// How it is shown.
#[derive(Debug)]
enum DisplayMode {
    Plain,
    Spinner(ProgressBar),
    Grouped,
}

impl StepProgress {
    /// Begins a step, with a line that says what it is.
    pub(super) fn start(line: &str, reader: ProgressOutput, verbosity: Verbosity) -> StepProgress {
        let form = match reader {
            _ if verbosity < Verbosity::Normal => DisplayMode::Plain,
            ProgressOutput::GroupedLog => DisplayMode::Grouped,
            ProgressOutput::Interactive if io::stderr().is_terminal() => {
                DisplayMode::Spinner(spinner(line))
            }
            ProgressOutput::Interactive | ProgressOutput::Log => DisplayMode::Plain,
        };
        match &form {
            DisplayMode::Plain => verbosity.notice(line),
            DisplayMode::Grouped => {
                output::write_stderr(&format!("::group::vrun: {}\n", line.replace('%', "%25")))
            }
            DisplayMode::Spinner(_) => {}
        }
        StepProgress {
            display: form,
            line: line.to_owned(),
            verbosity,
            started: Instant::now(),
        }
    }

    /// Shows what the installer is at.
    pub(super) fn on_line(&self, said: &str) {
        match &self.display {
            DisplayMode::Plain => {}
            DisplayMode::Grouped => output::write_stderr(&format!("{said}\n")),
            DisplayMode::Spinner(bar) => {
                if let Some(what) = package_line(said) {
                    bar.set_message(format!("{}: {what}", self.line));
                }
            }
        }
    }

    /// Ends the step. What was drawn makes room for its plain line.
    pub(super) fn finish(self) -> Duration {
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
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// What of an installer's line is worth showing: which package it is at.
fn package_line(said: &str) -> Option<String> {
    let said = said.trim();
    let known = [
        "Processing ",
        "Collecting ",
        "Downloading ",
        "Building ",
        "Installing ",
        "Obtaining ",
        "Using cached ",
    ];
    let is_known = known.iter().any(|word| said.starts_with(word));
    // The environment is known; the long lists of names are cut.
    is_known.then(|| printable(said).chars().take(MAX_WIDTH).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_an_installer_prints_the_packages_are_shown() {
        assert_eq!(
            package_line("Collecting six==1.16.0\n").as_deref(),
            Some("Collecting six==1.16.0")
        );
        assert_eq!(package_line("Requirement already satisfied: six"), None);
        let long = format!("Installing collected packages: {}", "é".repeat(100));
        assert_eq!(
            package_line(&long).map(|line| line.chars().count()),
            Some(MAX_WIDTH)
        );
    }
}
