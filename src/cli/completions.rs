//! A shell -> the script that has it complete vrun's command lines, for `--completions`.
//!
//! clap's generator tells the shell of vrun's own options. Where these end, which it cannot know, is for what stands in
//! `completions/`: a part for each shell, which goes before, into or after what is generated. COMMAND completes to the
//! environment's programs first, and what follows it as if it stood alone. Nothing is asked of clap by name, so a
//! new option needs no line here.

use std::ffi::OsString;

use clap::builder::PossibleValue;
use clap::{Arg, Command, CommandFactory, ValueHint};

use super::args::CliArgs;
use super::argv::split_argv;

pub(super) use clap_complete::Shell;

/// The script.
pub(super) fn completion_script(shell: Shell) -> String {
    let command = CliArgs::command();
    let made = generate_base(shell, &command);
    let own = |text: &str| fill_template(text, &command);
    match shell {
        Shell::Zsh => zsh_script(&made, &own(include_str!("completions/vrun.zsh")), &command),
        Shell::Fish => {
            let made = made.replace("complete -c vrun ", "complete -c vrun -n __vrun_is_own ");
            own(include_str!("completions/vrun.fish")) + &made
        }
        Shell::PowerShell => {
            let own = own(include_str!("completions/vrun.ps1"));
            replace_first(&made, "$cursorPosition)\n", |found| {
                format!("{found}\n{own}")
            })
        }
        Shell::Elvish => made + &own(include_str!("completions/vrun.elv")),
        _ => made + &own(include_str!("completions/vrun.bash")),
    }
}

/// What clap's generator makes of the options that are not hidden.
fn generate_base(shell: Shell, command: &Command) -> String {
    let shown = command.get_arguments().filter(|arg| !arg.is_hide_set());
    let mut command = Command::default()
        .name("vrun")
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args(shown.cloned().map(with_value_hint));
    if shell == Shell::Zsh {
        // The one generator that knows of arguments which are no options.
        let hint = ValueHint::CommandWithArguments;
        let program = Arg::new("program").num_args(1..).trailing_var_arg(true);
        command = command.arg(program.value_hint(hint));
    }
    let mut made = Vec::new();
    clap_complete::generate(shell, &mut command, "vrun", &mut made);
    String::from_utf8_lossy(&made).trim_start().to_owned()
}

/// What the value of an option is, by its name in the help.
fn with_value_hint(arg: Arg) -> Arg {
    let hint = match value_name(&arg).as_str() {
        "DIR" | "PATH" => ValueHint::DirPath,
        "FILE" => ValueHint::FilePath,
        "NAME" | "MODULE" | "LINE" => ValueHint::Other,
        _ => return arg,
    };
    arg.value_hint(hint)
}

fn value_name(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default();
    names.first().map(ToString::to_string).unwrap_or_default()
}

/// zsh finds the end of vrun's own part by itself, where it is told which options end it.
fn zsh_script(made: &str, own: &str, command: &Command) -> String {
    let last = short_letters(command, |arg| ends_vrun_options(arg, command));
    let lines = made.lines().map(|line| {
        let is_last = line
            .strip_prefix('\'')
            .and_then(|line| line.strip_prefix('-'))
            .is_some_and(|line| line.starts_with(|letter| last.contains(letter)));
        match line.strip_suffix("' \\") {
            Some(spec) if is_last => format!("{spec}:*::argument:_files' \\\n"),
            _ => format!("{line}\n"),
        }
    });
    let made: String = lines.collect();
    let made = replace_first(&made, "_cmdambivalent", |_| "_vrun_program".into());
    let made = replace_first(&made, "_vrun() {\n", |found| {
        format!("{found}    local -a vrun_line=(\"${{words[@]}}\")\n")
    });
    replace_first(&made, "#compdef vrun\n", |found| format!("{found}\n{own}"))
}

/// `text` with something else in the first place of `found`.
fn replace_first(text: &str, found: &str, instead: impl Fn(&str) -> String) -> String {
    text.replacen(found, &instead(found), 1)
}

/// A shell's part, which knows the options that take a value from here.
fn fill_template(text: &str, command: &Command) -> String {
    let valued = |arg: &Arg| arg.get_action().takes_values();
    let is_dir = |arg: &Arg| with_value_hint(arg.clone()).get_value_hint() == ValueHint::DirPath;
    let last = |arg: &Arg| ends_vrun_options(arg, command);
    let listed = command.get_arguments().filter(|arg| valued(arg));
    let listed = listed.filter_map(|arg| Some((arg.get_long()?, arg.get_possible_values())));
    let listed: Vec<_> = listed.filter(|(_, values)| !values.is_empty()).collect();
    let values = |write: &dyn Fn(&str, &str) -> String, between: &str| {
        let lists = listed.iter().map(|(long, values)| {
            let names: Vec<_> = values.iter().map(PossibleValue::get_name).collect();
            write(long, &names.join(" "))
        });
        lists.collect::<Vec<_>>().join(between)
    };
    text.replace("@LONGS@", &long_options(command, valued).join(" "))
        .replace("@LETTERS@", &short_letters(command, valued))
        .replace("@LAST@", &short_letters(command, last))
        .replace("@DIRS@", &long_options(command, is_dir).join(" "))
        .replace(
            "@ELVISH@",
            &values(&|long, names| format!("&--{long}=[{names}]"), " "),
        )
        .replace(
            "@POWERSHELL@",
            &values(&|long, names| format!("'--{long}' = '{names}'"), "; "),
        )
}

/// The names of the options for which something holds.
fn long_options(command: &Command, holds: impl Fn(&Arg) -> bool) -> Vec<String> {
    let args = command.get_arguments().filter(|arg| holds(arg));
    args.filter_map(|arg| arg.get_long().map(|long| format!("--{long}")))
        .collect()
}

/// The letters of the options for which something holds.
fn short_letters(command: &Command, holds: impl Fn(&Arg) -> bool) -> String {
    let args = command.get_arguments().filter(|arg| holds(arg));
    args.filter_map(Arg::get_short).collect()
}

/// Whether all that follows the option's value is the program's, as `parted` has it.
fn ends_vrun_options(arg: &Arg, command: &Command) -> bool {
    let Some(letter) = arg.get_short() else {
        return false;
    };
    let line = [format!("-{letter}"), "value".into(), "-q".into()].map(OsString::from);
    arg.get_action().takes_values() && split_argv(&line, command).vrun_args.len() == 2
}
