//! The lines that an installer prints -> what a person sees meanwhile: on a terminal one line that is drawn over, in a
//! log that folds all of them, else nothing but the steps.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::error::shown;
use crate::voice::{self, Voice};

/// How much of an installer's line is shown.
const WIDTH: usize = 60;

/// Where the steps are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// A person sees them, as they come.
    Person,
    /// They are read later, in the log of a CI job.
    Log,
    /// The same in one that folds groups of lines: GitHub Actions. Its runner takes `::group::` from both streams
    /// (actions/runner, ScriptHandler.cs), and stdout is not vrun's.
    FoldingLog,
}

/// One step.
#[derive(Debug)]
pub struct Progress {
    form: Form,
    line: String,
    voice: Voice,
    started: Instant,
}

/// How it is shown.
#[derive(Debug)]
enum Form {
    Plain,
    Drawn(ProgressBar),
    Folded,
}

impl Progress {
    /// Begins a step, with a line that says what it is.
    pub fn begin(line: &str, reader: Reader, voice: Voice) -> Progress {
        let form = match reader {
            _ if voice < Voice::Normal => Form::Plain,
            Reader::FoldingLog => Form::Folded,
            Reader::Person if io::stderr().is_terminal() => Form::Drawn(bar(line)),
            Reader::Person | Reader::Log => Form::Plain,
        };
        match &form {
            Form::Plain => voice.tell(line),
            Form::Folded => voice::write(&format!("::group::vrun: {}\n", line.replace('%', "%25"))),
            Form::Drawn(_) => {}
        }
        Progress {
            form,
            line: line.to_owned(),
            voice,
            started: Instant::now(),
        }
    }

    /// Shows what the installer is at.
    pub fn hear(&self, said: &str) {
        match &self.form {
            Form::Plain => {}
            Form::Folded => voice::write(&format!("{said}\n")),
            Form::Drawn(bar) => {
                if let Some(what) = package(said) {
                    bar.set_message(format!("{}: {what}", self.line));
                }
            }
        }
    }

    /// Ends the step. What was drawn makes room for its plain line.
    pub fn end(self) -> Duration {
        match &self.form {
            Form::Plain => {}
            Form::Folded => voice::write("::endgroup::\n"),
            Form::Drawn(bar) => {
                bar.finish_and_clear();
                self.voice.tell(&self.line);
            }
        }
        self.started.elapsed()
    }
}

fn bar(line: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("vrun: {msg} {spinner}") {
        bar.set_style(style.tick_chars("|/-\\ "));
    }
    bar.set_message(line.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// What of an installer's line is worth showing: which package it is at.
fn package(said: &str) -> Option<String> {
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
    is_known.then(|| shown(said).chars().take(WIDTH).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_an_installer_prints_the_packages_are_shown() {
        assert_eq!(
            package("Collecting six==1.16.0\n").as_deref(),
            Some("Collecting six==1.16.0")
        );
        assert_eq!(package("Requirement already satisfied: six"), None);
        let long = format!("Installing collected packages: {}", "é".repeat(100));
        assert_eq!(package(&long).map(|line| line.chars().count()), Some(WIDTH));
    }
}
