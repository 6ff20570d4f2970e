//! All that an installer, or venv, said before it failed -> the lines that say why.

use std::process::Output;

use crate::quote::printable;

/// How many lines are told.
const MAX_LINES: usize = 3;

/// The lines of an installer that say why, else the last ones: the errors, of which pip's last explains least, and the
/// causes that uv gives.
pub(crate) fn installer_error_lines(said: &str) -> Vec<String> {
    let lines: Vec<_> = said
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let why = |line: &&str| {
        let words = ["ERROR: ", "error: ", "cause: ", "× ", "╰─▶ "];
        let told = words.iter().find_map(|word| line.strip_prefix(word));
        // Python's own: `ModuleNotFoundError: ...`. That a process failed is known.
        let is_pythons = line
            .split(' ')
            .next()
            .is_some_and(|word| word.ends_with("Error:"));
        let told = told.or_else(|| is_pythons.then_some(*line));
        told.filter(|told| *told != "subprocess-exited-with-error")
            .map(printable)
    };
    let mut told: Vec<_> = lines.iter().filter_map(why).collect();
    // pip says the same before and after the reason.
    let is_reason = |line: &String| !line.ends_with(" did not run successfully.");
    if told.iter().any(is_reason) {
        told.retain(is_reason);
    }
    told.dedup();
    told.truncate(MAX_LINES);
    if told.is_empty() {
        // pip has news of itself at the end.
        let is_said_of_it = |line: &&str| {
            !["[notice]", "WARNING: "]
                .iter()
                .any(|word| line.starts_with(word))
        };
        let lines: Vec<_> = lines.into_iter().filter(is_said_of_it).collect();
        return lines[lines.len().saturating_sub(MAX_LINES)..]
            .iter()
            .map(printable)
            .collect();
    }
    told
}

/// The lines of venv or ensurepip that name an error, else the last ones.
pub(crate) fn venv_error_lines(output: &Output) -> Vec<String> {
    let text = [&output.stdout[..], &output.stderr].join(&b'\n');
    let text = String::from_utf8_lossy(&text);
    let lines = text.lines().map(str::trim);
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    // That a process failed is known; why is in another line.
    let tells = |line: &&str| line.contains("rror:") && !line.contains("CalledProcessError");
    let telling: Vec<_> = lines.iter().copied().filter(tells).collect();
    let lines = if telling.is_empty() { lines } else { telling };
    let last = &lines[lines.len().saturating_sub(MAX_LINES)..];
    last.iter().map(printable).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pip_and_uv_say_of_a_failure_is_picked_out() {
        let pip = "Collecting nope\nERROR: Could not find it\n\nERROR: No matching distribution found for nope\n";
        let found = [
            "Could not find it",
            "No matching distribution found for nope",
        ];
        assert_eq!(installer_error_lines(pip), found);
        let build =
            "  error: subprocess-exited-with-error\n  × It did not run\n    KeyError: 'x'\n";
        assert_eq!(
            installer_error_lines(build),
            ["It did not run", "KeyError: 'x'"]
        );
        let build = "× Building it did not run successfully.\n╰─> [1 lines of output]\n    error: Two packages\n\
            × Building it did not run successfully.\n";
        assert_eq!(installer_error_lines(build), ["Two packages"]);
        assert_eq!(installer_error_lines("one\ntwo\n"), ["one", "two"]);
        let news = "it broke\nWARNING: pip is old\n[notice] A new release of pip is available\n";
        assert_eq!(installer_error_lines(news), ["it broke"]);
        let uv = "error: No solution\n  cause: Because nope was not found\n";
        assert_eq!(
            installer_error_lines(uv),
            ["No solution", "Because nope was not found"]
        );
        let uv = "Using Python 3.12\n  × No solution found:\n  ╰─▶ Because nope was not found,\n      it cannot be.\n";
        let found = ["No solution found:", "Because nope was not found,"];
        assert_eq!(installer_error_lines(uv), found);
    }
}
