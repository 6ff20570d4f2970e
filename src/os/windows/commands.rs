//! The commands of hints for PowerShell, Windows PowerShell 5.1 too; unix/commands.rs says what each does.

pub(crate) const HINT_SHELL: &str = "powershell";
/// In Windows PowerShell `curl` is another command.
pub(crate) const CURL: &str = "curl.exe";
pub(crate) const PATH_LIST_SEPARATOR: &str = ", ";

pub(crate) fn set_var_command(name: &str, value: &str) -> String {
    match value.starts_with(['\'', '"', '(']) {
        true => format!("$env:{name} = {value}"),
        false => format!("$env:{name} = '{value}'"),
    }
}

/// The variable stays set.
pub(crate) fn with_var_command(name: &str, value: &str, command: &str) -> String {
    format!("{}; {command}", set_var_command(name, value))
}

pub(crate) fn env_command(call: &str) -> String {
    with_var_command("NAME", "VALUE", &format!("{call} COMMAND"))
}

pub(crate) fn unset_vars_command(names: &[&str]) -> String {
    let commands = names.iter().map(|name| format!("$env:{name} = $null"));
    commands.collect::<Vec<_>>().join("; ")
}

pub(crate) fn eval_command(command: &str) -> String {
    format!("{command} | Out-String | Invoke-Expression")
}

/// Windows PowerShell's `>>` writes UTF-16, and so does its `>`.
pub(crate) fn append_line_command(line: &str, file: &str) -> String {
    format!("Add-Content {file} '{line}'")
}

pub(crate) fn save_output_command(command: &str, file: &str) -> String {
    format!("{command} | Set-Content {file}")
}

pub(crate) fn show_owner_command(path: &str) -> String {
    format!("Get-Acl {path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_what_powershell_reads() {
        for (command, expected) in [
            (set_var_command("A", ".venv"), "$env:A = '.venv'"),
            (set_var_command("A", "'it''s'"), "$env:A = 'it''s'"),
            (set_var_command("A", "\"C:\\a b\""), "$env:A = \"C:\\a b\""),
            (
                with_var_command("A", "1", "vrun ..."),
                "$env:A = '1'; vrun ...",
            ),
            (env_command("vrun"), "$env:NAME = 'VALUE'; vrun COMMAND"),
            (unset_vars_command(&["A"]), "$env:A = $null"),
            (
                unset_vars_command(&["A", "B"]),
                "$env:A = $null; $env:B = $null",
            ),
            // As the chapter on --export has it.
            (
                eval_command("vrun --export powershell"),
                "vrun --export powershell | Out-String | Invoke-Expression",
            ),
            (append_line_command("*", "'a b'"), "Add-Content 'a b' '*'"),
            (
                save_output_command("vrun pip freeze", "a.txt"),
                "vrun pip freeze | Set-Content a.txt",
            ),
            (show_owner_command("C:\\a"), "Get-Acl C:\\a"),
        ] {
            assert_eq!(command, expected);
        }
    }
}
