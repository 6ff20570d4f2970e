//! The output of a failed installer -> the question of git or ssh that nobody could answer.

use crate::quote::printable;

/// What git says where it may not ask, or cannot.
const GIT_QUESTIONS: [&str; 2] = [
    "could not read Username for '",
    "could not read Password for '",
];

/// What pip says where it may not ask what to do with a directory that is in the way.
const PIP_QUESTION: &str = "; question: What to do?";

/// Who asked, and for what.
pub(super) fn unanswered_question(output: &str) -> Option<String> {
    pip_question(output).or_else(|| output.lines().map(str::trim).find_map(question))
}

/// pip's question, with the warnings before it, which say what it is about.
fn pip_question(output: &str) -> Option<String> {
    let (before, _) = output.split_once(PIP_QUESTION)?;
    let lines = before.lines().map(str::trim);
    let warnings: Vec<_> = lines
        .filter_map(|line| line.strip_prefix("WARNING: "))
        .collect();
    let about = &warnings[warnings.len().saturating_sub(2)..];
    let about: Vec<_> = about
        .iter()
        .map(|line| printable(line.trim_end_matches('.')))
        .collect();
    Some(format!("pip asks what to do: {}", about.join("; ")))
}

fn question(line: &str) -> Option<String> {
    let mut rests = GIT_QUESTIONS
        .iter()
        .filter_map(|words| line.split_once(words));
    if let Some((_, rest)) = rests.next() {
        let url = printable(rest.split('\'').next()?);
        return Some(format!("git asks for a login for {url}"));
    }
    if line == "Host key verification failed." {
        return Some("ssh asks whether the host's key is right: it does not know it".to_owned());
    }
    let (who, refused) = line.split_once(": Permission denied (")?;
    let is_host = !who.contains(' ') && refused.contains("publickey");
    is_host.then(|| {
        format!(
            "ssh has no key that {} takes, or asks for its passphrase",
            printable(who)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asked_for_what_is_found_in_the_output() {
        for (output, expected) in [
            (
                "  Cloning\n  fatal: could not read Username for 'https://h:1': terminal prompts disabled\n",
                Some("git asks for a login for https://h:1"),
            ),
            (
                "fatal: could not read Password for 'https://ada@h': No such device or address",
                Some("git asks for a login for https://ada@h"),
            ),
            (
                "Host key verification failed.\r\nfatal: Could not read from remote repository.",
                Some("ssh asks whether the host's key is right: it does not know it"),
            ),
            (
                "  git@h: Permission denied (publickey,password).",
                Some("ssh has no key that git@h takes, or asks for its passphrase"),
            ),
            (
                "WARNING: old\n  WARNING: /e/src/x exists, and is no clone of git://h/x.\n  \
                 WARNING: The plan is to install the git repository git://h/x\nERROR: Exception:\n\
                 Exception: No input was expected ($PIP_NO_INPUT set); question: What to do?  (i)gnore, (w)ipe ",
                Some(
                    "pip asks what to do: /e/src/x exists, and is no clone of git://h/x; The plan is to install the git \
                     repository git://h/x",
                ),
            ),
            ("ERROR: [Errno 13] x: Permission denied (os error)", None),
            ("fatal: repository not found", None),
        ] {
            assert_eq!(unanswered_question(output).as_deref(), expected, "{output}");
        }
    }
}
