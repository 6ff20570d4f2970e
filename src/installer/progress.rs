//! The lines that an installer prints -> progress: one changing line on a terminal, a folded group of all lines in a
//! log that supports it, else only the steps. The steps are described where they are run: `sync.rs`, `installer.rs`,
//! `prune.rs`.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::helper::HelperEvent;
use crate::output;
use crate::process::Verbosity;
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
    /// How many packages pip has looked at.
    collected: usize,
    /// When the line was last drawn.
    ticked: Instant,
    /// What pip has warned of since its last question: why it asks.
    warnings: Vec<String>,
}

/// How many warnings are shown with a question.
const MAX_WARNINGS: usize = 2;

/// A step that is done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StepDone {
    pub duration: Duration,
    /// How many packages were installed, as far as the installer says so.
    pub packages: usize,
}

impl StepDone {
    /// `4.1 s (38 packages, uv)`
    pub(crate) fn describe(&self, installer: &str) -> String {
        let duration = output::format_duration(self.duration);
        match self.packages {
            0 => format!("{duration} ({installer})"),
            1 => format!("{duration} (1 package, {installer})"),
            count => format!("{duration} ({count} packages, {installer})"),
        }
    }
}

/// How many packages an installer says that it has installed.
pub(crate) fn installed_count(output: &str) -> usize {
    let count = |line: &str| {
        // pip lists them, uv counts them.
        if let Some(names) = line.strip_prefix("Successfully installed ") {
            return Some(names.split_whitespace().count());
        }
        let (count, rest) = line.strip_prefix("Installed ")?.split_once(' ')?;
        count.parse().ok().filter(|_| rest.starts_with("package"))
    };
    output.lines().map(str::trim).find_map(count).unwrap_or(0)
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
            ProgressOutput::Interactive => {
                // It is hidden where stderr is not a terminal, or one that cannot erase.
                let bar = ProgressBar::new_spinner();
                match bar.is_hidden() {
                    true => DisplayMode::Plain,
                    false => DisplayMode::Spinner(draw_line(bar, line)),
                }
            }
            ProgressOutput::Log => DisplayMode::Plain,
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
            collected: 0,
            ticked: Instant::now(),
            warnings: Vec::new(),
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
                if line.trim_start().starts_with("WARNING: ") {
                    self.warnings.push(printable(line.trim_start()));
                }
                if let Some(package) = package_line(line, &mut self.collected) {
                    bar.set_message(format!("{}: {package}", self.line));
                    output::write_control(LINE_START);
                }
            }
            (DisplayMode::Spinner(bar), HelperEvent::Quiet) => {
                // indicatif's own ticker takes a thread, and panics where there is none.
                if self.ticked.elapsed() > TICK_INTERVAL {
                    self.ticked = Instant::now();
                    if let seconds @ 1.. = self.started.elapsed().as_secs() {
                        bar.set_prefix(format!(" ({seconds} s)"));
                    }
                    bar.tick();
                    output::write_control(LINE_START);
                }
            }
            (DisplayMode::Spinner(bar), HelperEvent::Question) => {
                output::write_control(ERASE_REST);
                let known = self.warnings.len().saturating_sub(MAX_WARNINGS);
                for warning in self.warnings.drain(..).skip(known) {
                    output::write_stderr(&format!("{warning}\n"));
                }
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

/// `vrun: installing requirements.txt with pip: Collecting six (3 so far)       (4 s)`
fn draw_line(bar: ProgressBar, line: &str) -> ProgressBar {
    // As wide as the terminal is whenever it is drawn. The time is at its end, where it is not cut off.
    let template = format!("{} {{wide_msg}}{{prefix}}", output::notice_prefix());
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar.set_message(line.to_owned());
    bar.tick();
    output::write_control(LINE_START);
    bar
}

/// What the installer is working on, if its line says so, and how far it is.
fn package_line(line: &str, collected: &mut usize) -> Option<String> {
    let line = line.trim();
    if let Some(names) = line.strip_prefix("Installing collected packages: ") {
        return Some(match names.split(", ").count() {
            1 => format!("Installing {}", printable(names)),
            count => format!("Installing {count} packages"),
        });
    }
    let packages = line
        .split(" in ")
        .next()
        .filter(|it| it.contains(" package"));
    if line.starts_with("Resolved ") || line.starts_with("Prepared ") {
        return packages.map(printable);
    }
    let verbs = "Processing|Collecting|Downloading|Building|Installing|Obtaining|Using cached";
    let mut rests = verbs.split('|').filter_map(|verb| line.strip_prefix(verb));
    let is_package = rests.any(|rest| rest.starts_with(' '));
    if !is_package {
        return None;
    }
    let shown: String = printable(line).chars().take(MAX_WIDTH).collect();
    if !line.starts_with("Collecting ") {
        return Some(shown);
    }
    *collected += 1;
    Some(format!("{shown} ({collected} so far)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_about_packages_are_shown_with_how_many_there_are() {
        let mut collected = 1;
        let mut shown = |line: &str| package_line(line, &mut collected).unwrap_or_default();
        for (line, expected) in [
            (
                "Collecting six==1.16.0\n",
                "Collecting six==1.16.0 (2 so far)",
            ),
            ("  Downloading six-1.16.0.whl", "Downloading six-1.16.0.whl"),
            ("Requirement already satisfied: six", ""),
            (
                "Installing collected packages: a, b, c",
                "Installing 3 packages",
            ),
            ("Installing collected packages: a", "Installing a"),
            ("Resolved 38 packages in 1.2s", "Resolved 38 packages"),
            ("Prepared 1 package in 3ms", "Prepared 1 package"),
            ("Resolved nothing", ""),
        ] {
            assert_eq!(shown(line), expected);
        }
        let long = shown(&format!("Building {}", "é".repeat(100)));
        assert_eq!(long.chars().count(), MAX_WIDTH);
    }

    #[test]
    fn what_was_installed_is_counted_as_the_installer_says() {
        for (output, expected) in [
            ("Collecting a\nSuccessfully installed a-1 b-2\n", 2),
            (
                "Resolved 3 packages in 2ms\nInstalled 1 package in 3ms\n + a==1\n",
                1,
            ),
            ("Requirement already satisfied: a\n", 0),
            ("Installed by hand\n", 0),
        ] {
            assert_eq!(installed_count(output), expected, "{output}");
        }
    }
}
