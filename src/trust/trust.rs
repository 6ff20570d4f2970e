//! The rule: whose files are trusted.
//!
//! An environment contains programs that vrun runs, and a project's files decide where one is created and with which
//! interpreter. An attacker who could plant either in the path of a search could run their own code. So only what the
//! user or root owns is trusted; for root, also what belongs to the user who called sudo. Owning the directory where
//! the user works is not enough, because anyone can own a directory that others enter. The exceptions are root in a
//! container or a CI job, whose checkout often belongs to someone else, and directories listed in VRUN_TRUST. What the
//! user names (`--env`, VRUN_ENV, the active environment) is their choice and is not checked.
//!
//! vrun checks an environment's directory, its pyvenv.cfg and, if others may write to the directory, its scripts
//! directory. For a link, both the link and its target are checked: another user's link would choose for the user, and
//! the user's own may have come with a checkout. Files deeper inside are as safe as the directory that contains them, so
//! others may write neither to the environment's directory nor to its scripts directory; and not everyone to the
//! directory that contains the environment, where they could replace it between this check and the program's start. (A
//! group may, whose members share more than that.) Programs start by path, so an open directory would not help.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::os::{self, OtherWriters, UmaskGuard, UserId};
use crate::process::Process;
use crate::venv;

use super::owned_metadata::{OwnedMetadata, is_within, open_parent, owner_at, read_metadata};
use super::untrusted::{Distrust, Owned, Part, Untrusted};

/// Files that exist in the containers of docker and of podman.
const CONTAINER_FILES: [&str; 2] = ["/.dockerenv", "/run/.containerenv"];

/// Decides whose files are trusted.
#[derive(Debug)]
pub(crate) struct Trust {
    /// Where the search starts, or where a shim is created.
    pub(super) start: PathBuf,
    /// VRUN_TRUST.
    listed: Option<OsString>,
    /// SUDO_UID: the user who called sudo.
    sudo_user: Option<UserId>,
    /// Whether a variable says that this is a container or a CI job.
    is_container: bool,
    /// Whether this is a CI job or a codespace of GitHub's, whose directories everyone may write to.
    has_one_user: bool,
}

impl Trust {
    pub(crate) fn new(start: &Path, process: &Process) -> Trust {
        let sudo_user = process.non_empty_var("SUDO_UID");
        let is_ci = process.is_ci();
        Trust {
            start: start.to_owned(),
            listed: process.non_empty_var("VRUN_TRUST").map(OsString::from),
            sudo_user: sudo_user.and_then(|uid| uid.to_str()?.parse().ok().map(UserId)),
            is_container: is_ci || process.non_empty_var("container").is_some(),
            has_one_user: is_ci || process.non_empty_var("CODESPACES").is_some(),
        }
    }

    /// The untrusted owner of a file that redirects us (a `.venv` file, the vrun that a shim leads to), if any.
    pub(crate) fn untrusted_file_owner(&self, file: &OwnedMetadata) -> Option<Untrusted> {
        self.first_untrusted(file.owners(Part::Link, Part::Target))
    }

    /// The untrusted owner of a file in `dir` that makes it a project or says what the project needs, if any. In a
    /// world-writable directory such as /tmp, files that root owns are not trusted either: root did not put them there
    /// for this user.
    pub(crate) fn untrusted_marker_owner(
        &self,
        file: &OwnedMetadata,
        dir: &Path,
    ) -> Option<Untrusted> {
        let me = os::current_user();
        let mut others = file.owners(Part::Link, Part::Target);
        let others: Vec<_> = others.by_ref().filter(|(_, owner)| *owner != me).collect();
        if others.is_empty() {
            return None;
        }
        if !fs::metadata(dir).is_ok_and(|dir| os::is_world_writable(&dir)) {
            return self.first_untrusted(others.into_iter());
        }
        let mut others = others.into_iter();
        let (part, owner) = others.find(|(_, owner)| !self.is_listed(*owner))?;
        Some(Untrusted {
            part,
            reason: Distrust::Owner {
                owner,
                is_in_open_dir: true,
            },
        })
    }

    /// What part of the environment at `root` is not trusted, if any. `dir` and `cfg`: its directory and pyvenv.cfg.
    pub(crate) fn untrusted_env(
        &self,
        root: &Path,
        dir: &OwnedMetadata,
        cfg: &OwnedMetadata,
    ) -> Option<Untrusted> {
        let scripts = read_metadata(&venv::scripts_dir(root)).ok();
        let open = scripts.as_ref();
        let open = open.filter(|_| os::is_writable_by_others(&dir.target));
        let owners = dir
            .owners(Part::Link, Part::Target)
            .chain(cfg.owners(Part::PyvenvCfg, Part::PyvenvCfg))
            .chain(
                open.map(|open| open.owners(Part::ScriptsDir, Part::ScriptsDir))
                    .into_iter()
                    .flatten(),
            );
        self.first_untrusted(owners)
            .or_else(|| self.other_writers(root, Some(dir), scripts.as_ref()))
    }

    /// What is not trusted of a place where an environment is to be or has just been created, if anything is.
    pub(crate) fn untrusted_place(&self, path: &Path) -> Option<Untrusted> {
        let Ok(dir) = read_metadata(path) else {
            return self.other_writers(path, None, None);
        };
        match read_metadata(&path.join(venv::PYVENV_CFG)) {
            Ok(cfg) => self.untrusted_env(path, &dir, &cfg),
            Err(_) => {
                let owner = self.untrusted_file_owner(&dir);
                owner.or_else(|| self.other_writers(path, Some(&dir), None))
            }
        }
    }

    /// Who else may write to the environment at `root`, where that is not meant.
    fn other_writers(
        &self,
        root: &Path,
        dir: Option<&OwnedMetadata>,
        scripts: Option<&OwnedMetadata>,
    ) -> Option<Untrusted> {
        let writers = |part, found: Option<&OwnedMetadata>| {
            let writers = os::other_writers(&found?.target, |user| self.is_trusted(user));
            Some((part, writers?))
        };
        let is_link = dir.is_some_and(|dir| dir.link_owner.is_some());
        // They may add to a sticky one, such as a tmpfs, but a new name in there is nothing that runs.
        let dir = dir.filter(|dir| !os::is_sticky(&dir.target));
        let (part, writers) = writers(Part::Target, dir)
            .or_else(|| writers(Part::ScriptsDir, scripts))
            .or_else(|| {
                let is_open = open_parent(root, is_link).is_some();
                is_open.then_some((Part::Parent, OtherWriters::EVERYONE))
            })?;
        (!self.allows_writers(root)).then_some(Untrusted {
            part,
            reason: Distrust::Writers(writers),
        })
    }

    /// Whether others may write to the environment at `root`: VRUN_TRUST says so; there are no others; modes that mean
    /// nothing.
    fn allows_writers(&self, root: &Path) -> bool {
        let mut listed = self.listed.iter().flat_map(|list| os::split_paths(list));
        let lists =
            |dir: &Path| dir.is_absolute() && is_within(&self.start, dir) && is_within(root, dir);
        self.has_one_user
            || listed.any(|dir| dir.as_os_str() == "*" || lists(&dir))
            || os::has_made_up_modes(root.parent().unwrap_or(root))
    }

    /// Keeps others from writing to what is created at `root` as long as the result lives, whatever the umask says, for
    /// it would not be used then.
    pub(crate) fn keep_others_out(&self, root: &Path) -> Option<UmaskGuard> {
        let mut dirs = root.ancestors().skip(1).map(fs::metadata);
        let parent = dirs.find_map(Result::ok)?;
        (!self.allows_writers(root))
            .then(|| os::keep_others_out(&parent, |user| self.is_trusted(user)))
    }

    /// Usually all owners are the same, and are then checked once.
    fn first_untrusted(&self, owners: impl Iterator<Item = Owned>) -> Option<Untrusted> {
        let mut trusted = None;
        for (part, owner) in owners {
            if trusted != Some(owner) && !self.is_trusted(owner) {
                let is_in_open_dir = false;
                let reason = Distrust::Owner {
                    owner,
                    is_in_open_dir,
                };
                return Some(Untrusted { part, reason });
            }
            trusted = Some(owner);
        }
        None
    }

    fn is_trusted(&self, owner: UserId) -> bool {
        let is_container = || {
            let mut files = CONTAINER_FILES.iter().map(Path::new);
            self.is_container || files.any(Path::exists)
        };
        owner == os::ROOT_USER
            || self.is_trusted_by(owner, os::current_user(), is_container)
            || self.is_listed(owner)
    }

    /// Whether `user` trusts `owner`, who is not root and not listed. Reads from the disk only for root.
    fn is_trusted_by(
        &self,
        owner: UserId,
        user: UserId,
        is_container: impl FnOnce() -> bool,
    ) -> bool {
        let owns_start = || owner_at(&self.start) == Some(owner);
        let is_roots = || self.sudo_user == Some(owner) || (owns_start() && is_container());
        owner == user || (user == os::ROOT_USER && is_roots())
    }

    /// Whether VRUN_TRUST lists a directory of this owner in which the search starts. `*` lists every start.
    fn is_listed(&self, owner: UserId) -> bool {
        let listed = self.listed.iter().flat_map(|list| os::split_paths(list));
        let mut dirs = listed.map(|dir| match dir.as_os_str() == "*" {
            true => self.start.clone(),
            false => dir,
        });
        dirs.any(|dir| {
            dir.is_absolute() && is_within(&self.start, &dir) && owner_at(&dir) == Some(owner)
        })
    }

    /// The directory to list in VRUN_TRUST so that `path` is trusted: the one that contains it, or else where the
    /// search starts.
    pub(super) fn dir_to_list(&self, path: &Path, owner: UserId) -> Option<&Path> {
        let mut dirs = self.start.ancestors();
        let parent = path.parent();
        let holder = dirs.find(|dir| Some(*dir) == parent);
        let mut dirs = holder.into_iter().chain([&*self.start]);
        dirs.find(|dir| owner_at(dir) == Some(owner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: UserId = UserId(1000);
    const OTHER: UserId = UserId(1001);
    const ROOT: UserId = os::ROOT_USER;

    fn trust(vars: &[(&str, &str)]) -> Trust {
        let vars = vars.iter().map(|(name, value)| (name.into(), value.into()));
        let process = Process {
            args: Vec::new(),
            vars: vars.collect(),
            ..Process::default()
        };
        Trust::new(Path::new("/"), &process)
    }

    #[test]
    fn besides_mine_and_roots_only_root_trusts_others() {
        let never = || -> bool { panic!("looked up") };
        let sudo = trust(&[("SUDO_UID", "1001")]);
        assert!(sudo.is_trusted_by(OTHER, ROOT, never));
        assert!(!sudo.is_trusted_by(OTHER, ME, never));
        assert!(sudo.is_trusted_by(ME, ME, never));
        assert!(!trust(&[("SUDO_UID", "ada")]).is_trusted_by(OTHER, ROOT, never));
    }

    #[test]
    fn a_variable_says_that_this_is_a_container() {
        for (name, value, expected) in [
            ("CI", "true", true),
            ("CI", "false", false),
            ("container", "podman", true),
            ("container", "", false),
        ] {
            assert_eq!(trust(&[(name, value)]).is_container, expected, "{name}");
        }
    }
}
