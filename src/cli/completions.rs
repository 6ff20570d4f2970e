//! A shell -> the script that has it ask vrun what completes a line (see `complete.rs`).

use super::action::CompletionShell;

pub(super) fn completion_script(shell: CompletionShell) -> &'static str {
    match shell {
        CompletionShell::Bash => include_str!("completions/vrun.bash"),
        CompletionShell::Elvish => include_str!("completions/vrun.elv"),
        CompletionShell::Fish => include_str!("completions/vrun.fish"),
        CompletionShell::Nushell => include_str!("completions/vrun.nu"),
        CompletionShell::PowerShell => include_str!("completions/vrun.ps1"),
        CompletionShell::Zsh => include_str!("completions/vrun.zsh"),
    }
}
