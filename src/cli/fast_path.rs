//! `vrun COMMAND [ARG]...`, or `vrun -c LINE [ARG]...` with the shell's options, without other options or vrun's
//! variables -> the request. Nearly every call has this form, whether a person types it or make runs it for a line of a
//! recipe. clap takes longer to build its list of options than the rest of vrun takes to run.

use std::ffi::OsString;

use crate::os;
use crate::process::Verbosity;
use crate::program::{ForeignPolicy, Invocation};
use crate::requirements::{InstallMode, InstallOptions, SyncMode};
use crate::view::Isolation;

use super::action::{AutoCreate, Mode, RunRequest, ScriptEnv, Settings};
use super::shell_flags;

/// The same request that clap would lead to, or None if clap is needed. `args` come without vrun's own name.
pub(super) fn try_parse(args: &[OsString], vars: &[(OsString, OsString)]) -> Option<RunRequest> {
    if has_option_vars(vars) {
        return None;
    }
    let (command, rest) = args.split_first()?;
    if command.as_encoded_bytes().starts_with(b"-") {
        let (line, rest) = shell_flags::parse_shell_line(args, vars)?;
        return Some(default_request(Invocation::ShellLine(line), rest));
    }
    Some(default_request(Invocation::Command(command.clone()), rest))
}

pub(super) fn has_option_vars(vars: &[(OsString, OsString)]) -> bool {
    vars.iter().any(|(name, _)| is_option_var(name))
}

/// The request without options.
pub(super) fn default_request(invocation: Invocation, args: &[OsString]) -> RunRequest {
    RunRequest {
        settings: Settings {
            directories: Vec::new(),
            project: None,
            env: None,
            script: None,
            python: None,
            install_options: InstallOptions {
                install: InstallMode::AsNeeded,
                sync: SyncMode::Never,
                files: None,
                groups: Vec::new(),
                extras: Vec::new(),
                no_dev: None,
            },
            isolation: Isolation::Default,
            mode: Mode::Real,
            verbosity: Verbosity::Normal,
        },
        invocation,
        args: args.to_vec(),
        auto_create: AutoCreate::OnFirstUse,
        foreign: ForeignPolicy::Refused,
        script_env: ScriptEnv::Separate,
    }
}

const OPTION_VARS: [&str; 13] = [
    "VRUN_PROJECT",
    "VRUN_ENV",
    "VRUN_PYTHON",
    "VRUN_NO_CREATE",
    "VRUN_NO_INSTALL",
    "VRUN_REQUIREMENTS",
    "VRUN_NO_DEV",
    "VRUN_NO_SCRIPT_ENV",
    "VRUN_OUTSIDE",
    "VRUN_ISOLATED",
    "VRUN_QUIET",
    "VRUN_VERBOSE",
    "VRUN_SYNC",
];

fn is_option_var(name: &OsString) -> bool {
    let is_vruns = name.len() > 5 && name.as_encoded_bytes()[..5].eq_ignore_ascii_case(b"VRUN_");
    is_vruns && OPTION_VARS.iter().any(|known| os::is_same_var(name, known))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::action::Action;
    use super::super::args::CliArgs;
    use super::super::parse_with_clap::parse_with_clap;
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn clap_parses_the_same_request() {
        for line in [
            "python x.py -v",
            "pytest",
            "make -- -n",
            "x.py --create",
            "a=b -h",
            "-c pytest",
            "-c true -c -h",
            "-ec true name -q",
            "-euo pipefail -c true",
            "-oc pipefail true",
            "-c -x -- -line --",
            "-e -c -u -- true",
            "-oeco one two true",
        ] {
            let args = words(line);
            let fast = try_parse(&args, &[]).expect("a request");
            let Ok(Action::Run(parsed)) = parse_with_clap(&args, &[]) else {
                panic!("{line}");
            };
            assert_eq!(format!("{fast:?}"), format!("{parsed:?}"));
        }
    }

    #[test]
    fn options_and_variables_need_clap() {
        for line in [
            "-q true",
            "--",
            "-- true",
            "--env x true",
            "-qc true",
            "-e -c -q true",
            "-e true",
            "-c",
            "-c -o",
        ] {
            assert!(try_parse(&words(line), &[]).is_none(), "{line}");
        }
        assert!(try_parse(&[], &[]).is_none());
        let vars = [("VRUN_QUIET".into(), "1".into())];
        assert!(try_parse(&words("true"), &vars).is_none());
        let vars = [("VRUN_CACHE_DIR".into(), "/c".into())];
        assert!(try_parse(&words("true"), &vars).is_some());
    }

    #[test]
    fn every_variable_that_clap_reads_is_known() {
        let command = CliArgs::command();
        let read = command.get_arguments().filter_map(|arg| arg.get_env());
        let mut read: Vec<_> = read.map(|name| name.to_str().expect("UTF-8")).collect();
        let mut known = OPTION_VARS.to_vec();
        read.sort_unstable();
        known.sort_unstable();
        assert_eq!(read, known);
    }
}
