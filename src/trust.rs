//! The owner of what a search finds -> whether it may be used.
//!
//! An environment runs programs, so one that an attacker put where a search passes would run theirs. It is used only if
//! its owner is the user, root, or the owner of the directory where the search starts: a root shell in a container
//! works in a checkout that is mounted there. What the user names (`--env`, VRUN_ENV, the environment active in their
//! shell) is their choice, and is not checked.
//!
//! Checked are an environment's directory, its pyvenv.cfg and, if others may write to the directory, as in /tmp, its
//! scripts directory; of a link both ends, because another user's link chooses for the user, and the user's own may
//! have come with a checkout. Links and files that lie deeper are as safe as the directory that holds them.

use std::fs::{self, Metadata};
use std::path::Path;
use std::{io, iter};

use crate::error::{Error, ErrorKind};
use crate::os::{self, UserId};
use crate::quote::{printable, shell_word};
use crate::venv;

/// What lies at a path, and who owns it.
#[derive(Debug)]
pub(crate) struct OwnedMetadata {
    /// What the path leads to.
    target: Metadata,
    /// The owner of the link, if it is one.
    link_owner: Option<UserId>,
}

/// The metadata of `path`, by one system call, or two for a link.
///
/// # Errors
/// Nothing is there, or it may not be accessed.
pub(crate) fn read_metadata(path: &Path) -> io::Result<OwnedMetadata> {
    let found = fs::symlink_metadata(path)?;
    let link_owner = found.is_symlink().then(|| os::owner_of(&found));
    let target = match link_owner {
        Some(_) => fs::metadata(path)?,
        None => found,
    };
    Ok(OwnedMetadata { target, link_owner })
}

impl OwnedMetadata {
    pub(crate) fn is_dir(&self) -> bool {
        self.target.is_dir()
    }

    pub(crate) fn is_file(&self) -> bool {
        self.target.is_file()
    }

    /// The same without the owner of the link, which the user followed by choice.
    pub(crate) fn without_link(mut self) -> OwnedMetadata {
        self.link_owner = None;
        self
    }

    fn owners(&self, link: OwnedPart, target: OwnedPart) -> impl Iterator<Item = Owned> {
        let link = self.link_owner.map(|owner| (link, owner));
        let target = (target, os::owner_of(&self.target));
        link.into_iter().chain([target])
    }
}

/// The part of an environment or file whose owner is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OwnedPart {
    Target,
    Link,
    PyvenvCfg,
    ScriptsDir,
}

type Owned = (OwnedPart, UserId);

/// An owner whose files are not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UntrustedOwner {
    owner: UserId,
    part: OwnedPart,
}

/// The untrusted owner of a file that redirects us (a `.venv` file, the vrun that a shim leads to), if any. `start` is
/// where the search starts, or where the shim is created.
pub(crate) fn untrusted_file_owner(file: &OwnedMetadata, start: &Path) -> Option<UntrustedOwner> {
    first_untrusted(file.owners(OwnedPart::Link, OwnedPart::Target), start)
}

/// The untrusted owner of a part of the environment at `root`, if any. `dir` and `cfg`: its directory and pyvenv.cfg.
pub(crate) fn untrusted_env_owner(
    root: &Path,
    dir: &OwnedMetadata,
    cfg: &OwnedMetadata,
    start: &Path,
) -> Option<UntrustedOwner> {
    let scripts = || {
        let is_open = os::is_writable_by_others(&dir.target);
        let found = is_open.then(|| fs::symlink_metadata(venv::scripts_dir(root)));
        Some((OwnedPart::ScriptsDir, os::owner_of(&found?.ok()?)))
    };
    let owners = dir
        .owners(OwnedPart::Link, OwnedPart::Target)
        .chain(cfg.owners(OwnedPart::PyvenvCfg, OwnedPart::PyvenvCfg));
    first_untrusted(owners.chain(iter::once_with(scripts).flatten()), start)
}

/// The untrusted owner of whatever is at `path`, where an environment is to be or has just been created. None if
/// nothing is there.
pub(crate) fn untrusted_place_owner(path: &Path, start: &Path) -> Option<UntrustedOwner> {
    let dir = read_metadata(path).ok()?;
    match read_metadata(&path.join(venv::PYVENV_CFG)) {
        Ok(cfg) => untrusted_env_owner(path, &dir, &cfg, start),
        Err(_) => untrusted_file_owner(&dir, start),
    }
}

/// The owners are mostly all the same, and are then checked once.
fn first_untrusted(owners: impl Iterator<Item = Owned>, start: &Path) -> Option<UntrustedOwner> {
    let start_owner = || fs::metadata(start).ok().map(|found| os::owner_of(&found));
    let mut trusted = None;
    for (part, owner) in owners {
        if trusted != Some(owner) && !is_trusted(owner, os::current_user, start_owner) {
            return Some(UntrustedOwner { owner, part });
        }
        trusted = Some(owner);
    }
    None
}

/// The rule. The closures are called only where they decide.
fn is_trusted(
    owner: UserId,
    current_user: impl FnOnce() -> UserId,
    start_owner: impl FnOnce() -> Option<UserId>,
) -> bool {
    owner == os::ROOT_USER || owner == current_user() || Some(owner) == start_owner()
}

impl UntrustedOwner {
    /// Which part of the thing at `path` belongs to whom, for a message.
    pub(crate) fn describe(&self, path: &Path) -> String {
        let part = match self.part {
            OwnedPart::Target if path.is_symlink() => "its link target",
            OwnedPart::Target => "it",
            OwnedPart::Link => "the link",
            OwnedPart::PyvenvCfg => "its pyvenv.cfg",
            OwnedPart::ScriptsDir => "its scripts directory",
        };
        format!("{part} belongs to {}", printable(os::user_name(self.owner)))
    }

    /// The refusal to use what lies at `path`. `own_root` is where the user could create an environment instead.
    pub(crate) fn to_error(self, path: &Path, start: &Path, own_root: &Path) -> Error {
        let mut hint = format!(
            "`vrun --env {} ...` or VRUN_ENV allows it",
            shell_word(path)
        );
        if own_root != path {
            let own_root = shell_word(own_root);
            hint += &format!("; `vrun --create --env {own_root}` creates one of your own");
        }
        let message = format!("{} is not trusted", printable(path));
        Error::new(ErrorKind::NotTrusted, message)
            .with_cause(self.describe(path))
            .with_cause(format_args!(
                "unless named, only what you, root or the owner of {} own is used",
                printable(start)
            ))
            .with_hint(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: UserId = UserId(1000);
    const OTHER: UserId = UserId(1001);
    const THIRD: UserId = UserId(1002);

    #[test]
    fn only_mine_roots_and_the_start_owners_are_trusted() {
        let root = os::ROOT_USER;
        for (owner, me, start, expected) in [
            (ME, ME, Some(ME), true),
            (ME, ME, Some(OTHER), true),
            (ME, ME, None, true),
            (root, ME, Some(ME), true),
            (root, ME, None, true),
            (root, root, Some(root), true),
            (OTHER, ME, Some(OTHER), true),
            (OTHER, root, Some(OTHER), true),
            (OTHER, ME, Some(ME), false),
            (OTHER, ME, Some(root), false),
            (OTHER, ME, Some(THIRD), false),
            (OTHER, ME, None, false),
            (OTHER, root, Some(root), false),
            (OTHER, root, Some(ME), false),
        ] {
            let trusted = is_trusted(owner, || me, || start);
            assert_eq!(trusted, expected, "{owner:?} for {me:?} from {start:?}");
        }
    }

    #[test]
    fn the_owner_of_the_start_is_looked_up_last() {
        let never = || -> Option<UserId> { panic!("looked up") };
        assert!(is_trusted(os::ROOT_USER, || panic!("looked up"), never));
        assert!(is_trusted(ME, || ME, never));
    }
}
