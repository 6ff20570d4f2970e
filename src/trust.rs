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
use std::io;
use std::iter;
use std::path::Path;

use crate::error::{Error, shown, typed};
use crate::os::{self, Owner};
use crate::venv;

/// What lies at a path, and whose it is.
#[derive(Debug)]
pub struct Seen {
    /// What the path leads to.
    end: Metadata,
    /// Whose the link is, where it is one.
    link: Option<Owner>,
}

/// Looks at what lies at `path`: one call to the system, and another where it is a link.
///
/// # Errors
/// There is nothing, or nothing to be seen.
pub fn look(path: &Path) -> io::Result<Seen> {
    let itself = fs::symlink_metadata(path)?;
    if !itself.is_symlink() {
        return Ok(Seen {
            end: itself,
            link: None,
        });
    }
    Ok(Seen {
        end: fs::metadata(path)?,
        link: Some(os::owner(&itself)),
    })
}

impl Seen {
    /// Whether it is a directory, links followed.
    pub fn is_dir(&self) -> bool {
        self.end.is_dir()
    }

    /// Whether it is a file, links followed.
    pub fn is_file(&self) -> bool {
        self.end.is_file()
    }

    /// The same whoever's link led here: the user came by it himself.
    pub fn without_link(self) -> Seen {
        Seen { link: None, ..self }
    }

    fn owners(&self, link: Part, end: Part) -> impl Iterator<Item = (Part, Owner)> {
        let end = (end, os::owner(&self.end));
        self.link
            .map(|owner| (link, owner))
            .into_iter()
            .chain([end])
    }
}

/// What of a thing is a stranger's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Itself,
    Link,
    Marker,
    Scripts,
}

/// Somebody whose things do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stranger {
    owner: Owner,
    part: Part,
}

/// Whose word a file is that says where to go (a `.venv` file, the vrun that a shim is to lead to): the stranger
/// whose it is, if it is one's. `start` is where the search started, or where the shim is to be.
pub fn of_file(seen: &Seen, start: &Path) -> Option<Stranger> {
    first_stranger(seen.owners(Part::Link, Part::Itself), start)
}

/// The stranger who has a hand in the environment at `root`, whose directory and pyvenv.cfg have been seen.
pub fn of_environment(root: &Path, dir: &Seen, cfg: &Seen, start: &Path) -> Option<Stranger> {
    let scripts = || {
        let open = os::is_open_to_others(&dir.end);
        let found = open.then(|| fs::symlink_metadata(venv::scripts(root)));
        Some((Part::Scripts, os::owner(&found?.ok()?)))
    };
    let owners = dir.owners(Part::Link, Part::Itself);
    let owners = owners.chain(cfg.owners(Part::Marker, Part::Marker));
    first_stranger(owners.chain(iter::once_with(scripts).flatten()), start)
}

/// The stranger who has a hand in what lies at `path`, where an environment is to be or has just been made. None
/// where nothing is there.
pub fn of_place(path: &Path, start: &Path) -> Option<Stranger> {
    let dir = look(path).ok()?;
    match look(&path.join(venv::MARKER)) {
        Ok(cfg) => of_environment(path, &dir, &cfg, start),
        Err(_) => of_file(&dir, start),
    }
}

/// Commonly they are all the same, and are asked about once.
fn first_stranger(owners: impl Iterator<Item = (Part, Owner)>, start: &Path) -> Option<Stranger> {
    let starts = || fs::metadata(start).ok().map(|found| os::owner(&found));
    let mut known = None;
    for (part, owner) in owners {
        if known != Some(owner) && !counts(owner, os::me, starts) {
            return Some(Stranger { owner, part });
        }
        known = Some(owner);
    }
    None
}

/// The rule. The last two are asked for only where they decide.
fn counts(
    owner: Owner,
    me: impl FnOnce() -> Owner,
    starts: impl FnOnce() -> Option<Owner>,
) -> bool {
    owner == os::ROOT || owner == me() || Some(owner) == starts()
}

impl Stranger {
    /// What of the thing at `path` is whose, for a message.
    pub fn has_a_hand_in(&self, path: &Path) -> String {
        let part = match self.part {
            Part::Itself if path.is_symlink() => "what it links to",
            Part::Itself => "it",
            Part::Link => "the link",
            Part::Marker => "its pyvenv.cfg",
            Part::Scripts => "its scripts directory",
        };
        format!("{part} belongs to {}", shown(os::name(self.owner)))
    }

    /// The refusal to use what lies at `path`. `own` is where the user could have one of his own.
    pub fn refusal(&self, path: &Path, start: &Path, own: &Path) -> Error {
        let allowed = format!("`vrun --env {} ...` or VRUN_ENV allows it", typed(path));
        let hint = if own == path {
            allowed
        } else {
            let own = typed(own);
            format!("{allowed}; `vrun --create --env {own}` makes one of your own")
        };
        Error::refused(format!("{} is not trusted", shown(path)))
            .cause(self.has_a_hand_in(path))
            .cause(format_args!(
                "only what is yours, root's, or of the owner of {} counts without being named",
                shown(start)
            ))
            .hint(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: Owner = Owner(1000);
    const OTHER: Owner = Owner(1001);
    const THIRD: Owner = Owner(1002);

    #[test]
    fn what_counts_is_mine_roots_or_of_the_owner_of_the_start() {
        let root = os::ROOT;
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
            let counts = counts(owner, || me, || starts);
            assert_eq!(counts, expected, "{owner:?} for {me:?} from {starts:?}");
        }
    }

    #[test]
    fn who_starts_is_looked_up_only_where_it_decides() {
        let never = || -> Option<Owner> { panic!("looked up") };
        assert!(counts(os::ROOT, || panic!("looked up"), never));
        assert!(counts(ME, || ME, never));
    }
}
