//! What is not trusted -> the message, and the ways on.

use std::path::Path;

use crate::error::{Error, ErrorKind};
use crate::os::{self, OtherWriters};
use crate::quote::{printable, shell_word};

use super::owned_metadata::{is_within, open_parent, owner_at};
use super::trust::Trust;
use super::untrusted::{Distrust, Part, Untrusted};

impl Untrusted {
    /// Which part of the thing at `path` belongs to whom, or who else may write to it, for a message.
    pub(crate) fn describe(&self, path: &Path) -> String {
        let part = match self.part {
            Part::Target if path.is_symlink() => "its link target",
            Part::Target => "it",
            Part::Link => "the link",
            Part::PyvenvCfg => "its pyvenv.cfg",
            Part::ScriptsDir => "its scripts directory",
            Part::Parent => "the directory that holds it",
        };
        match self.reason {
            Distrust::Owner {
                owner,
                is_in_open_dir,
            } => {
                let owner = printable(os::user_name(owner));
                let place = match is_in_open_dir {
                    true => ", in a world-writable directory",
                    false => "",
                };
                format!("{part} belongs to {owner}{place}")
            }
            Distrust::Writers(OtherWriters { group: None }) => {
                format!("everyone may write to {part}")
            }
            Distrust::Writers(OtherWriters { group: Some(group) }) => {
                let group = printable(os::group_name(group));
                format!("the group {group}, which others may be in, may write to {part}")
            }
        }
    }

    /// How to have `path` trusted: `export VRUN_TRUST=...`. None if the owner does not own its directory either.
    pub(crate) fn hint(&self, path: &Path, trust: &Trust) -> Option<String> {
        match self.reason {
            Distrust::Owner { owner, .. } => {
                let dir = shell_word(trust.dir_to_list(path, owner)?);
                let set = os::set_var_command("VRUN_TRUST", &dir);
                Some(format!("`{set}` trusts its owner there"))
            }
            Distrust::Writers(_) => {
                let mut dirs = [Some(path), path.parent()].into_iter().flatten();
                let dir = shell_word(dirs.find(|dir| is_within(&trust.start, dir))?);
                let set = os::set_var_command("VRUN_TRUST", &dir);
                Some(format!("`{set}` allows that in {dir}"))
            }
        }
    }

    /// What keeps others from writing to the thing at `path`, if the user may do that.
    fn closing_hint(&self, path: &Path) -> Option<String> {
        let Distrust::Writers(_) = self.reason else {
            return None;
        };
        let parent = open_parent(path, path.is_symlink()).map(|dir| (dir, "chmod o-w"));
        let env = (self.part != Part::Parent).then(|| (path.to_owned(), "chmod -R go-w"));
        let open: Vec<_> = env.into_iter().chain(parent).collect();
        let me = os::current_user();
        let may_close = |dir: &Path| me == os::ROOT_USER || owner_at(dir) == Some(me);
        if !open.iter().all(|(dir, _)| may_close(dir)) {
            return None;
        }
        let commands = open.iter();
        let commands = commands.map(|(dir, command)| format!("{command} {}", shell_word(dir)));
        let commands: Vec<_> = commands.collect();
        (!commands.is_empty()).then(|| format!("`{}` keeps them out", commands.join(" && ")))
    }

    /// The refusal to use what is at `path`. `own_root` is where the user could create an environment instead.
    pub(crate) fn to_error(self, path: &Path, trust: &Trust, own_root: &Path) -> Error {
        let closing = self.closing_hint(path);
        let needs_another = closing.is_none() && own_root != path;
        let mut ways: Vec<_> = closing.into_iter().chain(self.hint(path, trust)).collect();
        ways.push(format!(
            "`vrun --env {} ...` or VRUN_ENV allows it",
            shell_word(path)
        ));
        if needs_another {
            let own_root = shell_word(own_root);
            ways.push(format!(
                "`vrun --create --env {own_root}` creates one of your own"
            ));
        }
        let rule = match self.reason {
            Distrust::Owner { .. } => "vrun uses only what you or root own, unless you name it",
            Distrust::Writers(_) => {
                "vrun uses nothing that others could change, unless you name it"
            }
        };
        let error = self.refusal(path);
        error.with_cause(rule).with_hint(ways.join("; "))
    }

    /// The refusal to read the file at `path`. `way_on` is what to type instead.
    pub(crate) fn to_file_error(self, path: &Path, trust: &Trust, way_on: &str) -> Error {
        let ways = self
            .hint(path, trust)
            .into_iter()
            .chain([way_on.to_owned()]);
        let ways: Vec<_> = ways.collect();
        self.refusal(path).with_hint(ways.join("; "))
    }

    fn refusal(self, path: &Path) -> Error {
        let message = format!("{} is not trusted", printable(path));
        Error::new(ErrorKind::NotTrusted, message).with_cause(self.describe(path))
    }
}
