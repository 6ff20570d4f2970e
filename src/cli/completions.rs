//! A shell -> its completion script, for `--completions`.
//!
//! clap's generator covers vrun's options. What follows them is completed by the shell's part in `completions/`, which
//! goes before, into or after the generated script: COMMAND completes to the environment's programs first, and the rest
//! as a command line. No option is named here, so a new one needs no change.

use std::ffi::OsString;

use clap::builder::PossibleValue;
use clap::{Arg, Command, CommandFactory, ValueHint};
use clap_complete::Shell;

use super::args::CliArgs;
use super::argv::split_argv;
use super::chapters::CHAPTERS;

pub(super) fn completion_script(shell: Shell) -> String {
    let command = CliArgs::command();
    let generated = generate_base(shell, &command);
    let part = |text: &str| fill_template(text, &command);
    match shell {
        Shell::Zsh => {
            let part = part(include_str!("completions/vrun.zsh"));
            zsh_script(&generated, &part, &command)
        }
        Shell::Fish => {
            let condition = "complete -c vrun -n __vrun_in_options ";
            part(include_str!("completions/vrun.fish"))
                + &generated.replace("complete -c vrun ", condition)
        }
        Shell::PowerShell => {
            let part = part(include_str!("completions/vrun.ps1"));
            insert_after(&generated, "$cursorPosition)\n", &format!("\n{part}"))
        }
        Shell::Elvish => generated + &part(include_str!("completions/vrun.elv")),
        _ => generated + &part(include_str!("completions/vrun.bash")),
    }
}

/// clap's script for the options that are not hidden.
fn generate_base(shell: Shell, command: &Command) -> String {
    let shown = command.get_arguments().filter(|arg| !arg.is_hide_set());
    let mut command = Command::default()
        .name("vrun")
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args(shown.cloned().map(with_value_hint));
    if shell == Shell::Zsh {
        // The only generator that supports positional arguments.
        let hint = ValueHint::CommandWithArguments;
        let program = Arg::new("program").num_args(1..).trailing_var_arg(true);
        command = command.arg(program.value_hint(hint));
    }
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "vrun", &mut script);
    String::from_utf8_lossy(&script).trim_start().to_owned()
}

/// What an option's value is, by its name in the help.
fn with_value_hint(arg: Arg) -> Arg {
    let names = arg.get_value_names().unwrap_or_default();
    let hint = match names.first().map_or("", |name| name.as_str()) {
        "DIR" | "PATH" => ValueHint::DirPath,
        "FILE" => ValueHint::FilePath,
        "NAME" | "MODULE" | "LINE" => ValueHint::Other,
        _ => return arg,
    };
    arg.value_hint(hint)
}

/// zsh finds the end of vrun's options itself, once it knows which options end them.
fn zsh_script(generated: &str, part: &str, command: &Command) -> String {
    let last = short_letters(command, |arg| ends_vrun_options(arg, command));
    let lines = generated.lines().map(|line| {
        let is_last = line
            .strip_prefix("'-")
            .is_some_and(|line| line.starts_with(|letter| last.contains(letter)));
        match line.strip_suffix("' \\") {
            Some(spec) if is_last => format!("{spec}:*::argument:_files' \\\n"),
            _ => format!("{line}\n"),
        }
    });
    let script: String = lines.collect();
    let script = script.replacen("_cmdambivalent", "_vrun_program", 1);
    let line = "    local -a vrun_line=(\"${words[@]}\")\n";
    let script = insert_after(&script, "_vrun() {\n", line);
    insert_after(&script, "#compdef vrun\n", &format!("\n{part}"))
}

/// Inserts `new` after the first `anchor`.
fn insert_after(text: &str, anchor: &str, new: &str) -> String {
    text.replacen(anchor, &format!("{anchor}{new}"), 1)
}

/// Fills in the options that take a value.
fn fill_template(text: &str, command: &Command) -> String {
    let valued = |arg: &Arg| arg.get_action().takes_values();
    let is_dir = |arg: &Arg| with_value_hint(arg.clone()).get_value_hint() == ValueHint::DirPath;
    let last = |arg: &Arg| ends_vrun_options(arg, command);
    let values = |write: &dyn Fn(&str, &str) -> String, separator: &str| {
        let lists = command.get_arguments().filter_map(|arg| {
            let values = arg.get_possible_values();
            let names: Vec<_> = values.iter().map(PossibleValue::get_name).collect();
            let is_listed = valued(arg) && !names.is_empty();
            is_listed.then_some(write(arg.get_long()?, &names.join(" ")))
        });
        lists.collect::<Vec<_>>().join(separator)
    };
    text.replace("@LONGS@", &long_options(command, valued))
        .replace("@LETTERS@", &short_letters(command, valued))
        .replace("@LAST@", &short_letters(command, last))
        .replace("@DIRS@", &long_options(command, is_dir))
        .replace("@TOPICS@", &CHAPTERS.map(|(topic, _)| topic).join(" "))
        .replace(
            "@ELVISH@",
            &values(&|long, names| format!("&--{long}=[{names}]"), " "),
        )
        .replace(
            "@POWERSHELL@",
            &values(&|long, names| format!("'--{long}' = '{names}'"), "; "),
        )
}

fn long_options(command: &Command, holds: impl Fn(&Arg) -> bool) -> String {
    let args = command.get_arguments().filter(|arg| holds(arg));
    let longs = args.filter_map(|arg| arg.get_long().map(|long| format!("--{long}")));
    longs.collect::<Vec<_>>().join(" ")
}

fn short_letters(command: &Command, holds: impl Fn(&Arg) -> bool) -> String {
    let args = command.get_arguments().filter(|arg| holds(arg));
    args.filter_map(Arg::get_short).collect()
}

/// Whether everything after the option's value belongs to the program, as `split_argv` has it.
fn ends_vrun_options(arg: &Arg, command: &Command) -> bool {
    let Some(letter) = arg.get_short() else {
        return false;
    };
    let line = [format!("-{letter}"), "value".into(), "-q".into()].map(OsString::from);
    arg.get_action().takes_values() && split_argv(&line, command).vrun_args.len() == 2
}
