//! The output of an installer, or of venv, that failed -> the lines that say why.

use std::process::Output;

use crate::quote::printable;

const MAX_LINES: usize = 3;

/// The errors that pip or uv reported, and the causes that uv gives; else the last lines. Only the first ones are kept:
/// pip's last error explains least.
pub(crate) fn installer_error_lines(output: &str) -> Vec<String> {
    if let Some(line) = last_exception(output) {
        return vec![line];
    }
    let lines = non_empty_lines(output);
    let errors = lines.iter().copied().filter_map(|line| {
        let prefixes = ["ERROR: ", "error: ", "cause: ", "× ", "╰─▶ "];
        let text = prefixes.iter().find_map(|prefix| line.strip_prefix(prefix));
        // An error from Python: `ModuleNotFoundError: ...`.
        let first_word = line.split(' ').next().unwrap_or_default();
        let text = text.or_else(|| first_word.ends_with("Error:").then_some(line));
        // That a process failed is known.
        text.filter(|text| *text != "subprocess-exited-with-error")
    });
    let mut errors: Vec<_> = errors.collect();
    // pip says the same before and after the reason.
    let is_reason = |line: &&str| !line.ends_with(" did not run successfully.");
    if errors.iter().any(is_reason) {
        errors.retain(is_reason);
    }
    errors.dedup();
    errors.truncate(MAX_LINES);
    if !errors.is_empty() {
        return errors.iter().map(printable).collect();
    }
    // pip ends with notices about its own version.
    let is_news = |line: &&str| line.starts_with("[notice]") || line.starts_with("WARNING: ");
    last_lines(lines.into_iter().filter(|line| !is_news(line)).collect())
}

/// The last line of the traceback of an installer that crashed, without the exception's module.
fn last_exception(output: &str) -> Option<String> {
    let is_start = |line: &str| line.trim_start_matches("ERROR: ") == "Exception:";
    let lines = output.lines().skip_while(|line| !is_start(line)).skip(1);
    let lines = lines.filter_map(|line| {
        let (path, _) = line.split_once(':').unwrap_or((line, ""));
        let is_path = |c: char| c.is_alphanumeric() || "._".contains(c);
        let name = path
            .rsplit('.')
            .next()
            .filter(|_| path.chars().all(is_path))?;
        let is_class = name.starts_with(char::is_uppercase) && name.chars().any(char::is_lowercase);
        is_class.then(|| printable(&line[path.len() - name.len()..]))
    });
    lines.last()
}

/// The last lines of venv or ensurepip that name an error, else the last lines.
pub(crate) fn venv_error_lines(output: &Output) -> Vec<String> {
    let text = [&output.stdout[..], &output.stderr].join(&b'\n');
    let text = String::from_utf8_lossy(&text);
    let lines = non_empty_lines(&text);
    // That a process failed is known; why is in another line.
    let is_error = |line: &&str| line.contains("rror:") && !line.contains("CalledProcessError");
    let errors: Vec<_> = lines.iter().copied().filter(is_error).collect();
    last_lines(if errors.is_empty() { lines } else { errors })
}

fn non_empty_lines(text: &str) -> Vec<&str> {
    let lines = text.lines().map(str::trim);
    lines.filter(|line| !line.is_empty()).collect()
}

fn last_lines(lines: Vec<&str>) -> Vec<String> {
    let last = &lines[lines.len().saturating_sub(MAX_LINES)..];
    last.iter().map(printable).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;

    #[test]
    fn the_errors_of_pip_and_uv_are_picked_out() {
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

    #[test]
    fn a_crash_is_quoted_by_its_last_line() {
        for start in ["ERROR: Exception:", "Exception:"] {
            let crash = format!(
                "Collecting six\n{start}\nTraceback (most recent call last):\n  File \"x\", line 1, in x\n    y()\n\
                 pip._vendor.pyproject_hooks._impl.BackendUnavailable: Cannot import 'setuptools.build_meta'\n\
                 WARNING: You are using pip version 20\n"
            );
            let expected = "BackendUnavailable: Cannot import 'setuptools.build_meta'";
            assert_eq!(installer_error_lines(&crash), [expected]);
        }
    }

    #[test]
    fn any_output_has_few_lines() {
        fuzz("installer_output", 2000, |bytes| {
            let lines = installer_error_lines(&String::from_utf8_lossy(bytes));
            assert!(lines.len() <= MAX_LINES, "{lines:?}");
        });
    }
}
