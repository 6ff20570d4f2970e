//! Owners of files and who else may write to them; names, groups and home directories from the user database.
//!
//! It reads /etc/passwd and /etc/group itself: libc's lookup loads libraries, which a static program cannot.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::Mode;
use rustix::process::umask;

use super::super::user_id::{OtherWriters, ROOT_USER, UserId};

/// A file's owner.
pub(crate) fn owner_of(metadata: &Metadata) -> UserId {
    UserId(metadata.uid())
}

/// Makes `user` the owner of an open file; chown(2) lets root alone do that.
pub(crate) fn give_to(file: &File, user: UserId) -> io::Result<()> {
    fchown(file, Some(user.0), None)
}

/// The user whose rights this process has.
pub(crate) fn current_user() -> UserId {
    UserId(nix::unistd::geteuid().as_raw())
}

/// Whether its mode lets others than the owner write to it. (An access list that lets them shows in the group's part;
/// acl(5).)
pub(crate) fn is_writable_by_others(metadata: &Metadata) -> bool {
    metadata.mode() & 0o022 != 0
}

/// Whether `user` owns it, and no one else may write to it, or could have before. Root creates environments for others,
/// so a file of root's that has a second link may be in one that root has given away.
pub(crate) fn is_private_to(metadata: &Metadata, user: UserId) -> bool {
    let links = if metadata.is_dir() {
        1
    } else {
        metadata.nlink()
    };
    is_private(metadata.uid(), metadata.mode().into(), links, user)
}

/// The same of a file's numbers.
pub(super) fn is_private(owner: u32, mode: u64, links: u64, user: UserId) -> bool {
    UserId(owner) == user && mode & 0o022 == 0 && (user != ROOT_USER || links == 1)
}

/// Whether `user` may put files of theirs into an environment by hard links: what root puts there may later belong to
/// someone else.
pub(crate) fn may_hard_link(user: UserId) -> bool {
    user != ROOT_USER
}

/// Whether everyone may write to it.
pub(crate) fn is_world_writable(metadata: &Metadata) -> bool {
    metadata.mode() & 0o002 != 0
}

/// Whether those who may write to a directory can remove and replace only what they own, as in /tmp.
pub(crate) fn is_sticky(dir: &Metadata) -> bool {
    dir.mode() & 0o1000 != 0
}

/// Who else than its owner may write to it, by its mode, if they are not trusted.
pub(crate) fn other_writers(
    found: &Metadata,
    is_trusted: impl Fn(UserId) -> bool,
) -> Option<OtherWriters> {
    let (mode, group) = (found.mode(), found.gid());
    if mode & 0o002 != 0 {
        return Some(OtherWriters::EVERYONE);
    }
    let is_shared = mode & 0o020 != 0 && !is_trusted_group(group, found.uid(), is_trusted);
    is_shared.then_some(OtherWriters { group: Some(group) })
}

/// Whether only trusted users are in a group. Whoever is in root's is as good as root. A user's own group has the user's
/// number on most systems: it is theirs alone unless /etc/group lists members.
fn is_trusted_group(group: u32, user: u32, is_trusted: impl Fn(UserId) -> bool) -> bool {
    if group == ROOT_USER.0 {
        return true;
    }
    let groups = read_system_file("/etc/group");
    let has_members = |groups: &[u8]| group_members(groups, group).is_some_and(|it| !it.is_empty());
    if group == user && !groups.as_deref().is_some_and(has_members) {
        return true;
    }
    matches!((groups, read_system_file("/etc/passwd")), (Some(groups), Some(passwd))
        if has_only(&groups, &passwd, group, current_user().0, is_trusted))
}

/// The names that are listed with a group; None if there is no such group.
fn group_members(groups: &[u8], group: u32) -> Option<Vec<&[u8]>> {
    let number = group.to_string();
    let is_it = |found: &Vec<&[u8]>| found.get(Field::Id as usize) == Some(&number.as_bytes());
    let found = records(groups).find(is_it)?;
    let members = found.get(Field::Group as usize).copied();
    let members = members.unwrap_or_default().split(|byte| *byte == b',');
    Some(members.filter(|name| !name.is_empty()).collect())
}

/// Whether only trusted users are in a group, by the texts of /etc/group and /etc/passwd. Where these do not know the
/// group, or the user at work, others may be in it: the users are kept elsewhere (LDAP, macOS).
fn has_only(
    groups: &[u8],
    passwd: &[u8],
    group: u32,
    me: u32,
    is_trusted: impl Fn(UserId) -> bool,
) -> bool {
    let number = group.to_string();
    let is_number = |field: Option<&&[u8]>, number: &str| field == Some(&number.as_bytes());
    let is_trusted = |user: &Vec<&[u8]>| {
        let uid = user.get(Field::Id as usize);
        let uid = uid.and_then(|uid| str::from_utf8(uid).ok()?.parse().ok());
        uid.is_some_and(|uid| is_trusted(UserId(uid)))
    };
    let users: Vec<_> = records(passwd).collect();
    let is_me = |user: &Vec<&[u8]>| is_number(user.get(Field::Id as usize), &me.to_string());
    let Some(members) = group_members(groups, group) else {
        return false;
    };
    let mut by_default = users
        .iter()
        .filter(|user| is_number(user.get(Field::Group as usize), &number));
    users.iter().any(is_me)
        && by_default.all(is_trusted)
        && members.iter().all(|name| {
            let user = users.iter().find(|user| user.first() == Some(name));
            user.is_some_and(is_trusted)
        })
}

/// Restores the umask on drop.
#[derive(Debug)]
pub(crate) struct UmaskGuard(Mode);

impl Drop for UmaskGuard {
    fn drop(&mut self) {
        umask(self.0);
    }
}

/// Has no one else write to what is created in `parent`, as long as the result lives.
pub(crate) fn keep_others_out(
    parent: &Metadata,
    is_trusted: impl Fn(UserId) -> bool,
) -> UmaskGuard {
    let old = umask(Mode::WGRP | Mode::WOTH);
    let passes_group_on = parent.mode() & 0o2000 != 0 || cfg!(target_vendor = "apple");
    let group = match passes_group_on {
        true => parent.gid(),
        false => nix::unistd::getegid().as_raw(),
    };
    if !old.contains(Mode::WGRP) && is_trusted_group(group, current_user().0, is_trusted) {
        umask(old | Mode::WOTH);
    } else {
        umask(old | Mode::WGRP | Mode::WOTH);
    }
    UmaskGuard(old)
}

/// Whether the modes at `path` say nothing, because the file system has none: a drive of Windows in WSL, where everyone
/// may do everything, and chmod nothing.
pub(crate) fn has_made_up_modes(path: &Path) -> bool {
    let release = || read_system_file("/proc/sys/kernel/osrelease").unwrap_or_default();
    super::fs::type_of(path).is_some_and(|kind| is_windows_drive(kind, &release()))
}

fn is_windows_drive(file_system: u64, kernel_release: &[u8]) -> bool {
    // What statfs(2) says: 9p in WSL 2, and WSL 1's own.
    const V9FS: u64 = 0x0102_1997;
    const WSLFS: u64 = 0x5346_4846;
    let name = b"microsoft";
    let mut words = kernel_release.windows(name.len());
    matches!(file_system, V9FS | WSLFS) && words.any(|word| word.eq_ignore_ascii_case(name))
}

/// A user's name, else the number.
pub(crate) fn user_name(owner: UserId) -> OsString {
    let UserId(uid) = owner;
    passwd_field(uid, Field::Name).unwrap_or_else(|| format!("uid {uid}").into())
}

/// The user's home directory in the user database, for a process without HOME.
pub(crate) fn passwd_home() -> Option<PathBuf> {
    passwd_field(current_user().0, Field::Home).map(PathBuf::from)
}

/// A group's name, else the number.
pub(crate) fn group_name(group: u32) -> OsString {
    let name = field("/etc/group", group, Field::Name);
    name.unwrap_or_else(|| format!("gid {group}").into())
}

fn passwd_field(uid: u32, wanted: Field) -> Option<OsString> {
    field("/etc/passwd", uid, wanted)
}

/// A field of /etc/passwd (passwd(5)), or of /etc/group (group(5)).
#[derive(Clone, Copy)]
enum Field {
    Name = 0,
    Id = 2,
    /// Of a user: their group. Of a group: its further members.
    Group = 3,
    Home = 5,
}

#[expect(clippy::disallowed_methods, reason = "it is the system's own file")]
fn read_system_file(file: &str) -> Option<Vec<u8>> {
    fs::read(file).ok()
}

/// The field of the line for a number.
fn field(file: &str, id: u32, wanted: Field) -> Option<OsString> {
    let (id, text) = (id.to_string(), read_system_file(file)?);
    let mut records = records(&text);
    let found = records.find(|record| record.get(Field::Id as usize) == Some(&id.as_bytes()))?;
    let value = found.get(wanted as usize)?;
    Some(OsString::from_vec(value.to_vec()))
}

/// The lines of /etc/passwd or /etc/group, in fields.
fn records(text: &[u8]) -> impl Iterator<Item = Vec<&[u8]>> {
    let lines = text.split(|byte| *byte == b'\n');
    lines.map(|line| line.split(|byte| *byte == b':').collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_those_that_the_group_lists() {
        let groups = b"ada:x:1000:\nweb:x:1001:ada,www-data\n";
        assert_eq!(group_members(groups, 1000), Some(Vec::new()));
        assert_eq!(
            group_members(groups, 1001),
            Some(vec![&b"ada"[..], b"www-data"])
        );
        assert_eq!(group_members(groups, 1002), None);
    }

    #[test]
    fn a_group_is_trusted_if_all_who_are_in_it_are() {
        const ME: u32 = 1000;
        let passwd = b"root:x:0:0::/root:\nada:x:1000:1005::/:\neve:x:1001:100::/:\n";
        for (groups, group, expected) in [
            ("ada:x:1005:\n", 1005, true),
            ("ada:x:1005:ada,root\n", 1005, true),
            ("ada:x:1005:eve\n", 1005, false),
            ("ada:x:1005:mallory\n", 1005, false),
            ("users:x:100:\n", 100, false),
            ("team:x:50:ada\nother:x:51:eve\n", 50, true),
            ("team:x:50:ada\n", 51, false),
            ("", 1005, false),
        ] {
            let only = |me| {
                let is_trusted = |user| user == UserId(ME) || user == ROOT_USER;
                has_only(groups.as_bytes(), passwd, group, me, is_trusted)
            };
            assert_eq!(only(ME), expected, "{groups}");
            // Whose users are kept elsewhere.
            assert!(!only(4711), "{groups}");
        }
    }

    #[test]
    fn a_windows_drive_is_known_in_wsl_alone() {
        let wsl = b"5.15.167.4-microsoft-standard-WSL2\n";
        assert!(is_windows_drive(0x0102_1997, wsl));
        assert!(is_windows_drive(0x5346_4846, b"4.4.0-19041-Microsoft\n"));
        assert!(!is_windows_drive(0xef53, wsl));
        assert!(!is_windows_drive(0x0102_1997, b"6.1.0-18-amd64\n"));
    }
}
