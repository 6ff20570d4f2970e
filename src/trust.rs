//! What a search comes upon -> whose it is, and whether it counts.
//!
//! An environment runs programs, so one that a stranger put where a search passes would run his. It counts only
//! if it is the user's own, root's, or of who owns the directory where the search starts: a root shell in a
//! container works in a checkout that is mounted there. What a person names (`--env`, VRUN_ENV, and the
//! environment that is active in his shell) is his choice, and is not looked at here.
//!
//! Of an environment that is its directory, its pyvenv.cfg, and, where others may write to the directory, as in
//! /tmp, its scripts directory. Of a link it is both ends: a stranger's link chooses for the user, and a
//! link of his own may have come with a checkout. Links and files that lie deeper are as safe as the
//! directory that holds them.

use std::fs::{self, Metadata};
use std::path::Path;
use std::{io, iter};

use crate::error::{Error, ErrorKind};
use crate::os::{self, UserId};
use crate::quote::{printable, shell_word};
use crate::venv;

/// What lies at a path, and whose it is.
#[derive(Debug)]
pub(crate) struct OwnedMetadata {
    /// What the path leads to.
    target: Metadata,
    /// Whose the link is, where it is one.
    link_owner: Option<UserId>,
}

/// Looks at what lies at `path`: one call to the system, and another where it is a link.
///
/// # Errors
/// There is nothing, or nothing to be seen.
pub(crate) fn read_metadata(path: &Path) -> io::Result<OwnedMetadata> {
    let itself = fs::symlink_metadata(path)?;
    if !itself.is_symlink() {
        return Ok(OwnedMetadata {
            target: itself,
            link_owner: None,
        });
    }
    Ok(OwnedMetadata {
        target: fs::metadata(path)?,
        link_owner: Some(os::owner_of(&itself)),
    })
}

impl OwnedMetadata {
    /// Whether it is a directory, links followed.
    pub(crate) fn is_dir(&self) -> bool {
        self.target.is_dir()
    }

    /// Whether it is a file, links followed.
    pub(crate) fn is_file(&self) -> bool {
        self.target.is_file()
    }

    /// The same whoever's link led here: the user came by it himself.
    pub(crate) fn without_link(self) -> OwnedMetadata {
        OwnedMetadata {
            link_owner: None,
            ..self
        }
    }

    fn owners(&self, link: OwnedPart, end: OwnedPart) -> impl Iterator<Item = (OwnedPart, UserId)> {
        let end = (end, os::owner_of(&self.target));
        self.link_owner
            .map(|owner| (link, owner))
            .into_iter()
            .chain([end])
    }
}

/// What of a thing is a stranger's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OwnedPart {
    Target,
    Link,
    PyvenvCfg,
    ScriptsDir,
}

/// Somebody whose things do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UntrustedOwner {
    owner: UserId,
    part: OwnedPart,
}

/// Whose word a file is that says where to go (a `.venv` file, the vrun that a shim is to lead to): the stranger
/// whose it is, if it is one's. `start` is where the search started, or where the shim is to be.
pub(crate) fn untrusted_file_owner(seen: &OwnedMetadata, start: &Path) -> Option<UntrustedOwner> {
    first_untrusted(seen.owners(OwnedPart::Link, OwnedPart::Target), start)
}

/// The stranger who has a hand in the environment at `root`, whose directory and pyvenv.cfg have been seen.
pub(crate) fn untrusted_env_owner(
    root: &Path,
    dir: &OwnedMetadata,
    cfg: &OwnedMetadata,
    start: &Path,
) -> Option<UntrustedOwner> {
    let scripts = || {
        let open = os::is_writable_by_others(&dir.target);
        let found = open.then(|| fs::symlink_metadata(venv::scripts_dir(root)));
        Some((OwnedPart::ScriptsDir, os::owner_of(&found?.ok()?)))
    };
    let owners = dir.owners(OwnedPart::Link, OwnedPart::Target);
    let owners = owners.chain(cfg.owners(OwnedPart::PyvenvCfg, OwnedPart::PyvenvCfg));
    first_untrusted(owners.chain(iter::once_with(scripts).flatten()), start)
}

/// The stranger who has a hand in what lies at `path`, where an environment is to be or has just been made. None
/// where nothing is there.
pub(crate) fn untrusted_place_owner(path: &Path, start: &Path) -> Option<UntrustedOwner> {
    let dir = read_metadata(path).ok()?;
    match read_metadata(&path.join(venv::PYVENV_CFG)) {
        Ok(cfg) => untrusted_env_owner(path, &dir, &cfg, start),
        Err(_) => untrusted_file_owner(&dir, start),
    }
}

/// Commonly they are all the same, and are asked about once.
fn first_untrusted(
    owners: impl Iterator<Item = (OwnedPart, UserId)>,
    start: &Path,
) -> Option<UntrustedOwner> {
    let starts = || fs::metadata(start).ok().map(|found| os::owner_of(&found));
    let mut known = None;
    for (part, owner) in owners {
        if known != Some(owner) && !is_trusted(owner, os::current_user, starts) {
            return Some(UntrustedOwner { owner, part });
        }
        known = Some(owner);
    }
    None
}

/// The rule. The last two are asked for only where they decide.
fn is_trusted(
    owner: UserId,
    me: impl FnOnce() -> UserId,
    starts: impl FnOnce() -> Option<UserId>,
) -> bool {
    owner == os::ROOT_USER || owner == me() || Some(owner) == starts()
}

impl UntrustedOwner {
    /// What of the thing at `path` is whose, for a message.
    pub(crate) fn describe(&self, path: &Path) -> String {
        let part = match self.part {
            OwnedPart::Target if path.is_symlink() => "what it links to",
            OwnedPart::Target => "it",
            OwnedPart::Link => "the link",
            OwnedPart::PyvenvCfg => "its pyvenv.cfg",
            OwnedPart::ScriptsDir => "its scripts directory",
        };
        format!("{part} belongs to {}", printable(os::user_name(self.owner)))
    }

    /// The refusal to use what lies at `path`. `own` is where the user could have one of his own.
    pub(crate) fn to_error(self, path: &Path, start: &Path, own: &Path) -> Error {
        let allowed = format!(
            "`vrun --env {} ...` or VRUN_ENV allows it",
            shell_word(path)
        );
        let hint = if own == path {
            allowed
        } else {
            let own = shell_word(own);
            format!("{allowed}; `vrun --create --env {own}` makes one of your own")
        };
        let message = format!("{} is not trusted", printable(path));
        Error::new(ErrorKind::NotTrusted, message)
            .with_cause(self.describe(path))
            .with_cause(format_args!(
                "only what is yours, root's, or of the owner of {} counts without being named",
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
    fn what_counts_is_mine_roots_or_of_the_owner_of_the_start() {
        let root = os::ROOT_USER;
        for (owner, me, starts, expected) in [
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
            let counts = is_trusted(owner, || me, || starts);
            assert_eq!(counts, expected, "{owner:?} for {me:?} from {starts:?}");
        }
    }

    #[test]
    fn who_starts_is_looked_up_only_where_it_decides() {
        let never = || -> Option<UserId> { panic!("looked up") };
        assert!(is_trusted(os::ROOT_USER, || panic!("looked up"), never));
        assert!(is_trusted(ME, || ME, never));
    }
}
