//! `vrun COMMAND [ARG]...` with no option before it, or `vrun -c LINE [ARG]...` with none but the shell's, and none of
//! vrun's variables set -> what it asks for, which is what nearly every call is: a person's, and make's for each line
//! of a recipe. There is nothing in it for clap, whose list of options takes longer to build than the rest of vrun
//! takes to run.

use std::ffi::OsString;

use super::{Creation, Mode, Request, Scope, Scripts, lined};
use crate::os;
use crate::program::{Ask, Foreign};
use crate::requirements::{Install, Sync, Wishes};
use crate::view::Isolation;
use crate::voice::Voice;

/// The same as clap makes of it; None where there is something for clap. `args` come without vrun's own name.
pub fn request(args: &[OsString], vars: &[(OsString, OsString)]) -> Option<Request> {
    if has_claps(vars) {
        return None;
    }
    let (command, rest) = args.split_first()?;
    if command.as_encoded_bytes().starts_with(b"-") {
        let (line, rest) = lined::alone(args, vars)?;
        return Some(of(Ask::Line(line), rest));
    }
    Some(of(Ask::Command(command.clone()), rest))
}

/// Whether one of the variables of options is set.
pub fn has_claps(vars: &[(OsString, OsString)]) -> bool {
    vars.iter().any(|(name, _)| is_claps(name))
}

/// `ask` with `args`, as it is meant where nothing else is said.
pub fn of(ask: Ask, args: &[OsString]) -> Request {
    Request {
        scope: Scope {
            directories: Vec::new(),
            project: None,
            env: None,
            python: None,
            wishes: Wishes {
                install: Install::AsNeeded,
                sync: Sync::Never,
                file: None,
            },
            isolation: Isolation::Usual,
            mode: Mode::Real,
            voice: Voice::Normal,
        },
        ask,
        args: args.to_vec(),
        creation: Creation::OnFirstUse,
        foreign: Foreign::Refused,
        scripts: Scripts::OnTheirOwn,
    }
}

/// The variables of options.
const VARIABLES: [&str; 12] = [
    "VRUN_PROJECT",
    "VRUN_ENV",
    "VRUN_PYTHON",
    "VRUN_NO_CREATE",
    "VRUN_NO_INSTALL",
    "VRUN_REQUIREMENTS",
    "VRUN_NO_SCRIPT_ENV",
    "VRUN_OUTSIDE",
    "VRUN_ISOLATED",
    "VRUN_QUIET",
    "VRUN_VERBOSE",
    "VRUN_SYNC",
];

fn is_claps(name: &OsString) -> bool {
    let is_vruns = name.len() > 5 && name.as_encoded_bytes()[..5].eq_ignore_ascii_case(b"VRUN_");
    is_vruns && VARIABLES.iter().any(|known| os::same_variable(name, known))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::{Action, Typed, by_clap};
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn clap_makes_the_same_of_it() {
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
            let bare = request(&args, &[]).expect("a request");
            let Ok(Action::Run(clapped)) = by_clap(&args, &[]) else {
                panic!("{line}");
            };
            assert_eq!(format!("{bare:?}"), format!("{clapped:?}"));
        }
    }

    #[test]
    fn an_option_or_a_variable_is_claps() {
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
            assert!(request(&words(line), &[]).is_none(), "{line}");
        }
        assert!(request(&[], &[]).is_none());
        let vars = [("VRUN_QUIET".into(), "1".into())];
        assert!(request(&words("true"), &vars).is_none());
        let vars = [("VRUN_CACHE_DIR".into(), "/c".into())];
        assert!(request(&words("true"), &vars).is_some());
    }

    #[test]
    fn every_variable_that_clap_reads_is_known() {
        let command = Typed::command();
        let read = command.get_arguments().filter_map(|arg| arg.get_env());
        let mut read: Vec<_> = read.map(|name| name.to_str().expect("UTF-8")).collect();
        let mut known = VARIABLES.to_vec();
        read.sort_unstable();
        known.sort_unstable();
        assert_eq!(read, known);
    }
}
