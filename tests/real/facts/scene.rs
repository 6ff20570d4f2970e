//! A case -> the files and variables that it speaks of.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::case::{Case, Cfg, Place, PthFile, Site};
use super::envs;
use crate::moved;
use crate::project::Project;

/// A project with its environment, and where one stands in it.
pub(super) struct Scene {
    pub project: Project,
    /// The project's directory as one sees it.
    pub app: PathBuf,
    /// The environment's real directory.
    root: PathBuf,
    vars: Vec<(&'static str, OsString)>,
}

impl Scene {
    /// None where the case's maker does not serve that Python.
    pub(super) fn of(case: &Case, python: &Path) -> Option<Scene> {
        let project = Project::new();
        let real = match case.place {
            Place::Copied("bytes") => project.path(OsStr::from_bytes(b"by\xfftes")),
            Place::Copied(name) => project.path(name),
            _ => project.path("app"),
        };
        fs::create_dir_all(real.join("src/b")).expect("a directory");
        fs::write(real.join("setup.py"), "").expect("a file");
        fs::write(real.join("x.zip"), "").expect("a file");
        let root = match case.place {
            Place::EnvLinked => project.path("elsewhere"),
            _ => real.join(".venv"),
        };
        if case.place == Place::Made {
            envs::make(&case.making, python, &root, &project).then_some(())?;
        } else {
            moved::copy(&envs::kept(&case.making, python)?, &root);
        }
        let app = match case.place {
            Place::Linked => project.path("link"),
            _ => real.clone(),
        };
        match case.place {
            Place::Linked => symlink(&real, &app).expect("a link"),
            Place::EnvLinked => symlink(&root, real.join(".venv")).expect("a link"),
            _ => {}
        }
        let mut scene = Scene {
            project,
            app,
            root,
            vars: Vec::new(),
        };
        scene.set_vars(case);
        scene.lay_out(case);
        scene.write_cfg(case.cfg);
        Some(scene)
    }

    /// vrun with the case's variables.
    pub(super) fn vrun(&self, args: &[&str]) -> Command {
        let mut command = self.project.vrun(args);
        command
            .env_remove("HOME")
            .envs(self.vars.iter().map(|(name, value)| (name, value)));
        command.env("PWD", &self.app).current_dir(&self.app);
        command
    }

    /// The words that stand for places.
    fn place(&self, text: &[u8]) -> Vec<u8> {
        let mut text = text.to_vec();
        for (word, path) in [
            ("[A]", self.project.path("a")),
            ("[SITE]", self.site()),
            ("[LINK]", self.project.path("link to b")),
            ("[HOME]", self.project.path("home")),
            ("[PYTHONPATH]", self.project.path("python path")),
        ] {
            while let Some(at) = text
                .windows(word.len())
                .position(|part| part == word.as_bytes())
            {
                text.splice(
                    at..at + word.len(),
                    path.as_os_str().as_bytes().iter().copied(),
                );
            }
        }
        text
    }

    /// The environment's packages.
    fn site(&self) -> PathBuf {
        let libraries = fs::read_dir(self.root.join("lib"))
            .into_iter()
            .flatten()
            .flatten();
        let mut sites = libraries.map(|entry| entry.path().join("site-packages"));
        let site = sites
            .find(|site| site.is_dir())
            .expect("a directory of packages");
        let app = self.root.parent().expect("a parent");
        // As one sees it.
        match site.strip_prefix(app.join(".venv")) {
            Ok(below) => self.app.join(".venv").join(below),
            Err(_) => site,
        }
    }

    fn set_vars(&mut self, case: &Case) {
        let vars = &case.vars;
        let path = vars.path.as_ref().map(|entries| entries.join(":"));
        for (name, value) in [
            ("PYTHONPATH", path.as_deref()),
            ("HOME", vars.home),
            ("PYTHONUSERBASE", vars.user_base),
            ("PYTHONPLATLIBDIR", vars.platlibdir),
            ("PYTHONHOME", vars.python_home),
            ("PYTHONNOUSERSITE", vars.no_user_site),
            ("PYTHONSAFEPATH", vars.safe_path),
            vars.locale
                .map_or(("LANG", None), |(name, value)| (name, Some(value))),
        ] {
            if let Some(value) = value {
                let value = OsString::from_vec(self.place(value.as_bytes()));
                self.vars.push((name, value));
            }
        }
    }

    fn lay_out(&self, case: &Case) {
        let a = self.project.path("a");
        for dir in ["b", "\u{e9}", "base"] {
            fs::create_dir_all(a.join(dir)).expect("a directory");
        }
        fs::create_dir(a.join(OsStr::from_bytes(b"\xff"))).expect("a directory");
        fs::write(a.join("file.zip"), "").expect("a file");
        fs::create_dir(self.project.path("python path")).expect("a directory");
        symlink(a.join("b"), self.project.path("link to b")).expect("a link");
        let user = case.has_user_site.then(|| self.user_site(case)).flatten();
        for dir in [Some(self.site()), user.clone()].into_iter().flatten() {
            for below in ["rel", "rel2"] {
                fs::create_dir_all(dir.join(below)).expect("a directory");
            }
        }
        let dir = |site: Site| match site {
            Site::Environment => Some(self.site()),
            Site::User => user.clone(),
            Site::PythonPath => Some(self.project.path("python path")),
        };
        for file in &case.files {
            if let Some(dir) = dir(file.site) {
                fs::write(dir.join(file.name), self.pth(file)).expect("a file");
            }
        }
        let code = "import sys; sys.ran = getattr(sys, 'ran', []) + [__file__]\n";
        for (name, site) in &case.modules {
            if let Some(dir) = dir(*site) {
                fs::write(dir.join(format!("{name}.py")), code).expect("a file");
            }
        }
    }

    fn pth(&self, file: &PthFile) -> Vec<u8> {
        let mut text = Vec::new();
        for (at, line) in file.lines.iter().enumerate() {
            let gap = if *line == b"[TABBED]" { '\t' } else { ' ' };
            let name = file.name.replace('\u{e9}', "e");
            let code =
                format!("import{gap}sys; sys.ran = getattr(sys, 'ran', []) + ['{name} {at}']");
            match *line {
                b"[CODE]" | b"[TABBED]" => text.extend(code.as_bytes()),
                line => text.extend(self.place(line)),
            }
            text.extend(file.end.as_bytes());
        }
        text
    }

    /// Where Python will look for the user's packages; None where that is outside of the project.
    fn user_site(&self, case: &Case) -> Option<PathBuf> {
        let value = |name: &str| {
            let mut vars = self
                .vars
                .iter()
                .filter(|(known, value)| *known == name && !value.is_empty());
            vars.next().map(|(_, value)| PathBuf::from(value))
        };
        let base = match value("PYTHONUSERBASE") {
            Some(base) => self.app.join(base),
            None => value("HOME")
                .filter(|_| case.vars.home != Some("/"))?
                .join(".local"),
        };
        let library = self.site();
        let library = library.parent().and_then(Path::file_name)?;
        let site = self
            .app
            .join(base)
            .join("lib")
            .join(library)
            .join("site-packages");
        fs::create_dir_all(&site).expect("a directory");
        Some(site)
    }

    fn write_cfg(&self, change: Cfg) {
        let file = self.root.join("pyvenv.cfg");
        let text = fs::read_to_string(&file).expect("UTF-8");
        let is = |line: &str, key: &str| line.starts_with(&format!("{key} ="));
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let home = lines
            .iter()
            .find(|line| is(line, "home"))
            .expect("home")
            .clone();
        let without = |key: &str| -> Vec<String> {
            text.lines()
                .filter(|line| !is(line, key))
                .map(str::to_owned)
                .collect()
        };
        const SYSTEM: &str = "include-system-site-packages";
        let mut end = "\n";
        match change {
            Cfg::AsMade => return,
            Cfg::Upper => lines.iter_mut().for_each(|line| {
                let (key, value) = line.split_once(" = ").unwrap_or((line, ""));
                *line = format!("{} = {value}", key.to_uppercase());
            }),
            Cfg::Crlf => end = "\r\n",
            Cfg::CarriageReturns => end = "\r",
            Cfg::Tight => lines
                .iter_mut()
                .for_each(|line| *line = line.replacen(" = ", "=", 1)),
            Cfg::Spaced => lines.iter_mut().for_each(|line| {
                *line = format!(" {}  ", line.replacen(" = ", "\t=   ", 1));
            }),
            Cfg::NoHome => lines = without("home"),
            Cfg::Home(other) => {
                lines = without("home");
                lines.push(format!("home = {other}"));
            }
            Cfg::SlashedHome => {
                lines = without("home");
                lines.push(format!("{home}/"));
            }
            Cfg::TwiceHome => lines.push("home = /nonexistent/bin".to_owned()),
            Cfg::System(said) => {
                lines = without(SYSTEM);
                lines.extend(said.map(|said| format!("{SYSTEM} = {said}")));
            }
            Cfg::SystemTwice => lines.push(format!("{SYSTEM}=true")),
            Cfg::ByteOrderMark => lines[0].insert(0, '\u{feff}'),
            Cfg::Comments => lines.insert(0, "#home = /nonexistent/bin".to_owned()),
            Cfg::NoEnd => {
                lines = without("home");
                lines.push(home);
            }
            Cfg::InScripts => {
                let text = format!("{home}\n{SYSTEM} = true\n");
                fs::write(self.root.join("bin/pyvenv.cfg"), text).expect("a file");
            }
        }
        let mut text = lines.join(end);
        if change != Cfg::NoEnd {
            text.push_str(end);
        }
        fs::write(&file, text).expect("a file");
    }
}
