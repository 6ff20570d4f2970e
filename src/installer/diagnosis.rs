//! What a failed installer printed -> why it failed. pip is asked again where it does not say.

use std::ffi::OsString;
use std::slice;

use super::index_failure::{IndexFailure, find_index_failure};
use super::python_misfit::{
    PythonMisfit, failed_release, find_files_misfit, find_misfit, find_removed,
};
use super::unanswered::unanswered_question;
use super::wheel_files::Release;

/// What pip says where it has found no version: it says the same whether the index has none, or does not answer.
const NO_VERSION: &str = "Could not find a version that satisfies";

/// Why an installer failed.
#[derive(Debug)]
pub(super) enum Diagnosis {
    /// It no longer does: it has been asked again.
    Succeeded,
    Index(IndexFailure),
    /// A program that it started asks this, and gets no answer.
    Unanswered(String),
    Python(PythonMisfit),
    /// As it says itself.
    Other,
}

/// A failed step.
pub(super) struct FailedStep<'a> {
    pub is_pip: bool,
    /// pip's or uv's arguments.
    pub args: &'a [OsString],
    pub output: &'a str,
    /// The 12 of Python 3.12.
    pub minor: Option<u64>,
    /// Runs the environment's pip with other arguments: whether it succeeds, and all that it prints.
    pub ask_pip: &'a dyn Fn(Vec<OsString>) -> Option<(bool, String)>,
}

/// Why the step failed.
pub(super) fn diagnose(step: &FailedStep<'_>) -> Diagnosis {
    let FailedStep { args, output, .. } = step;
    if let Some(failure) = find_index_failure(output) {
        return Diagnosis::Index(failure);
    }
    if let Some(question) = unanswered_question(output) {
        return Diagnosis::Unanswered(question);
    }
    let mut output = (*output).to_owned();
    if step.is_pip && output.contains(NO_VERSION) {
        let Some((verb, rest)) = args.split_first() else {
            return Diagnosis::Other;
        };
        let loud = ["-vv", "--retries", "0"].map(OsString::from);
        match (step.ask_pip)([slice::from_ref(verb), &loud[..], rest].concat()) {
            Some((true, _)) => return Diagnosis::Succeeded,
            Some((false, answer)) => output.push_str(&answer),
            None => {}
        }
        if let Some(failure) = find_index_failure(&output) {
            return Diagnosis::Index(failure);
        }
    }
    let misfit = step.minor.and_then(|minor| {
        let files = || find_files_misfit_of_build(&output, minor, step);
        find_misfit(&output, minor)
            .or_else(files)
            .or_else(|| find_removed(&output, minor))
    });
    misfit.map_or(Diagnosis::Other, Diagnosis::Python)
}

/// A release that cannot be built may have wheels for other Pythons.
fn find_files_misfit_of_build(
    output: &str,
    minor: u64,
    step: &FailedStep<'_>,
) -> Option<PythonMisfit> {
    let release = failed_release(output)?;
    let (_, answer) = (step.ask_pip)(listing_args(&release))?;
    find_files_misfit(&answer, &release, minor)
}

/// The arguments with which pip lists the files of a release, and installs nothing.
fn listing_args(release: &Release) -> Vec<OsString> {
    let options =
        "install -vv --dry-run --ignore-installed --no-deps --retries 0 --only-binary :all:";
    let mut args: Vec<_> = options.split(' ').map(OsString::from).collect();
    args.push(release.requirement().into());
    args
}
