//! A fresh project with a place for an environment: nothing there, a link to a directory, a mount point, a
//! mount point in a tree that cannot be written to. Where something is mounted, it is in mounts that only a
//! process of the site's own keeps.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::tree::{self, Tree};
use crate::mounts::can_mount;
use crate::project::{Outcome, Project};
use crate::wheels::{ANY, wheel};

/// What lies where the environment is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Nothing,
    Link,
    Mount,
    MountInReadOnly,
}

/// Whether an environment is there before, with a file of the user's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    None,
    Old,
}

/// A Python, a cache that has all that it can have of it, and wheels.
pub(super) struct Warm(Project);

impl Warm {
    /// A project that has them.
    fn project(&self) -> Project {
        let Warm(shared) = self;
        Project::new()
            .var("VRUN_CACHE_DIR", shared.path("cache"))
            .var("PATH", shared.path("bin"))
            .var("VRUN_INSTALLER", "pip")
            .var("PIP_NO_INDEX", "1")
            .var("PIP_DISABLE_PIP_VERSION_CHECK", "1")
            .var("PIP_FIND_LINKS", shared.path("links"))
    }

    /// Adds the wheels that tests install.
    pub(super) fn with_wheels(self) -> Warm {
        for words in [["alpha", "1.0", ANY], ["beta", "1.0", ANY]] {
            wheel(&self.0, &words);
        }
        self
    }

    pub(super) fn new() -> Warm {
        let warm = Warm(Project::with_python());
        let site = Site::new(Place::Nothing, Before::None, Some(&warm));
        Outcome::of(&mut site.vrun(&["--create"])).code(0);
        warm
    }
}

pub(super) struct Site {
    pub project: Project,
    mounts: Option<Child>,
}

impl Site {
    /// One with the cache and the Python of `warm`, or one whose cache is empty.
    pub(super) fn new(place: Place, before: Before, warm: Option<&Warm>) -> Site {
        let mut project = match warm {
            Some(warm) => warm.project(),
            None => Project::with_python(),
        };
        if place == Place::Link {
            project = project.dir("app/far").link("app/.venv", "far");
        }
        let mounts = mount_line(place, &project).map(|line| in_its_own_mounts(&line));
        let site = Site { project, mounts };
        if before == Before::Old {
            Outcome::of(&mut site.vrun(&["--create"])).code(0);
            let mine = site.view().join(".venv/lib/mine.txt");
            std::fs::write(mine, "mine").expect("a file");
        }
        site
    }

    /// Whether this system lets such a place be made.
    pub(super) fn can_be(place: Place) -> bool {
        let project = Project::new();
        mount_line(place, &project).is_none_or(|line| can_mount(&line))
    }

    /// vrun in the project, not started yet.
    pub(super) fn vrun(&self, args: &[&str]) -> Command {
        self.within(self.project.vrun(args))
    }

    /// A command of the project's, where it sees the mounts.
    pub(super) fn within(&self, command: Command) -> Command {
        let Some(mounts) = &self.mounts else {
            return command;
        };
        let mut entered = Command::new(on_path("nsenter"));
        self.project.place(&mut entered);
        entered
            .arg(format!("--mount=/proc/{}/ns/mnt", mounts.id()))
            .args(["/bin/sh", "-c", "cd \"$0\" && exec \"$@\""])
            .arg(self.project.path("app"))
            .arg(command.get_program())
            .args(command.get_args());
        entered
    }

    /// What lies in the project.
    pub(super) fn tree(&self) -> Tree {
        tree::of(&self.view())
    }

    /// The same with a cache of its own.
    pub(super) fn with_cache(warm: &Warm) -> Site {
        let project = warm.project();
        let cache = project.path("cache");
        let mut copy = Command::new("/bin/cp");
        copy.arg("-a").arg(warm.0.path("cache")).arg(&cache);
        Outcome::of(&mut copy).code(0);
        Site {
            project: project.var("VRUN_CACHE_DIR", cache),
            mounts: None,
        }
    }

    /// What lies in the project, in the home and on PATH, but for these.
    pub(super) fn outside(&self, but: &[&str]) -> Tree {
        let mut all = tree::of(&self.project.path(""));
        all.retain(|path, _| !but.iter().any(|name| path.starts_with(name)));
        all
    }

    fn view(&self) -> PathBuf {
        let app = self.project.path("app");
        match &self.mounts {
            Some(mounts) => PathBuf::from(format!("/proc/{}/root{}", mounts.id(), app.display())),
            None => app,
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(mounts) = &mut self.mounts {
            let _ = mounts.kill();
            let _ = mounts.wait();
        }
    }
}

fn mount_line(place: Place, project: &Project) -> Option<String> {
    let app = project.path("app").display().to_string();
    let venv = format!("/bin/mkdir '{app}/.venv' && /bin/mount -t tmpfs none '{app}/.venv'");
    match place {
        Place::Nothing | Place::Link => None,
        Place::Mount => Some(venv),
        Place::MountInReadOnly => Some(format!(
            "/bin/mount -t tmpfs none '{app}' && : > '{app}/setup.py' && {venv} && \
             /bin/mount -o remount,ro '{app}'"
        )),
    }
}

fn in_its_own_mounts(line: &str) -> Child {
    let line = format!("{line} && echo ready && read end");
    let mut child = Command::new(on_path("unshare"))
        .args(["-m", "/bin/sh", "-c", &line])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("unshare");
    let mut said = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    stdout.read_line(&mut said).expect("UTF-8");
    assert_eq!(said, "ready\n");
    child
}

/// A program of this system's: a project's own PATH does not have it.
pub(super) fn on_path(name: &str) -> PathBuf {
    which::which(name).unwrap_or_else(|_| name.into())
}
