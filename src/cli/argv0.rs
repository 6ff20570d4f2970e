//! `argv[0]` -> the program that vrun is a shim for. All arguments belong to the program, so vrun's options come only
//! from its variables.

use std::ffi::OsString;
use std::path::Path;

use clap::{CommandFactory, FromArgMatches};

use crate::error::Error;
use crate::os;
use crate::program::Invocation;
use crate::requirements::InstallMode;
use crate::self_exe::is_vrun_name;

use super::action::{AutoCreate, RunRequest};
use super::args::{CliArgs, usage_error};
use super::{fast_path, resolve};

/// The name that vrun was called by, if not its own. The name of a login shell begins with `-` (login(1)). Without any
/// name, it is vrun.
pub(super) fn shim_name(argv0: Option<&OsString>) -> Option<OsString> {
    let name = Path::new(argv0?)
        .file_name()
        .filter(|name| !is_vrun_name(name))?;
    let plain = name
        .to_str()
        .map(|name| name.strip_prefix('-').unwrap_or(name));
    let name = match plain {
        Some(plain) => OsString::from(&*os::normalize_program_name(plain)),
        None => name.to_owned(),
    };
    Some(name).filter(|name| !name.is_empty() && !is_vrun_name(name))
}

/// An editor or a prompt that asks for a version calls a shim as a person does, in any directory. So creating and
/// installing, which run a project's code before the program itself, happen only on a terminal or in CI.
///
/// # Errors
/// One of vrun's variables is invalid (125).
pub(super) fn shim_request(
    name: OsString,
    args: &[OsString],
    vars: &[(OsString, OsString)],
) -> Result<RunRequest, Error> {
    let invocation = Invocation::Shim(name);
    let mut request = if fast_path::has_option_vars(vars) {
        let matches = CliArgs::command()
            .try_get_matches_from(["vrun"])
            .map_err(usage_error)?;
        let cli_args = CliArgs::from_arg_matches(&matches).map_err(usage_error)?;
        resolve::run_request(invocation, args, &cli_args, &matches)?
    } else {
        fast_path::default_request(invocation, args)
    };
    if request.auto_create == AutoCreate::OnFirstUse {
        request.auto_create = AutoCreate::WhereSeen;
    }
    let install = &mut request.settings.install_options.install;
    if *install == InstallMode::AsNeeded {
        *install = InstallMode::WhereSeen;
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_but_its_own_makes_vrun_a_shim() {
        let called = |argv0: &str| shim_name(Some(&argv0.into()));
        for (argv0, expected) in [
            ("python", "python"),
            ("/usr/local/bin/python3.12", "python3.12"),
            ("./pytest", "pytest"),
            ("-python", "python"),
            ("a b", "a b"),
        ] {
            assert_eq!(called(argv0), Some(expected.into()), "{argv0}");
        }
        for argv0 in [
            "vrun",
            "/opt/vrun",
            "-vrun",
            "./vrun-linux",
            "",
            "/",
            "-",
            "..",
            "a/..",
        ] {
            assert_eq!(called(argv0), None, "{argv0}");
        }
        assert_eq!(shim_name(None), None);
    }
}
