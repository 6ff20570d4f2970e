//! What stands on the path already -> what site.py makes of it: the environment's packages, the user's, the base's, and
//! what `.pth` files add.

use std::collections::HashSet;
use std::fs;

use super::getpath::Library;
use super::interpreter::{Implementation, Interpreter};
use super::keys;
use super::rules::{Form, Rules};
use super::text::{absolute, bytes, decoded, join, normal, path};
use super::{Caveat, Start, User, pth};

/// How a distributor lays its packages out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// As released.
    Plain,
    /// Debian's: `dist-packages`.
    Debian,
}

/// The path as it grows.
pub struct Site<'a> {
    python: &'a Interpreter,
    rules: &'a Rules,
    layout: Layout,
    platlibdir: &'a str,
    cwd: Vec<u8>,
    is_ascii: bool,
    decodes: bool,
    known: HashSet<Vec<u8>>,
    /// `sys.path`
    pub path: Vec<Vec<u8>>,
    /// What cannot be told of it.
    pub caveats: Vec<Caveat>,
}

impl<'a> Site<'a> {
    /// The path that the interpreter itself sets up: PYTHONPATH's entries, then its library's; absolute, each once.
    pub fn new(
        python: &'a Interpreter,
        rules: &'a Rules,
        layout: Layout,
        library: &'a Library,
        start: &Start<'_>,
    ) -> Site<'a> {
        let decodes = rules.decodes_twice && start.c_locale().is_some();
        let mut site = Site {
            decodes,
            python,
            rules,
            layout,
            platlibdir: &library.platlibdir,
            cwd: Vec::new(),
            is_ascii: start.is_ascii(rules.pth.in_c),
            known: HashSet::new(),
            path: Vec::new(),
            caveats: Vec::new(),
        };
        site.cwd = site.read(bytes(start.cwd));
        let named = start.setting("PYTHONPATH");
        let named = named.map(|text| text.split(|byte| *byte == b':'));
        let own = library.path.iter().map(Vec::as_slice);
        for entry in named.into_iter().flatten().chain(own) {
            let entry = absolute(&site.cwd, entry);
            site.append(entry);
        }
        site
    }

    /// A text that Python reads itself, other than what it is started with.
    fn read(&self, text: Vec<u8>) -> Vec<u8> {
        if self.decodes { decoded(&text) } else { text }
    }

    fn append(&mut self, entry: Vec<u8>) {
        if self.known.insert(entry.clone()) {
            self.path.push(entry);
        }
    }

    /// All that site adds: the environment's packages, the user's and the base's, in this order.
    pub fn fill(&mut self, start: &Start<'_>, library: &Library, is_system: bool) -> User {
        self.add_packages_of(&bytes(start.root));
        let user = self.user(start, is_system);
        if user.is_enabled && user.site.is_dir() {
            let dir = self.read(bytes(&user.site));
            self.add_dir(&dir);
        }
        if is_system {
            self.add_packages_of(&library.prefix);
            self.add_packages_of(&library.exec_prefix);
        }
        let modules = [("sitecustomize", true), ("usercustomize", user.is_enabled)];
        let modules = modules.into_iter().filter(|(_, is_run)| *is_run);
        let found: Vec<_> = modules.filter_map(|(name, _)| self.module(name)).collect();
        self.caveats.extend(found);
        user
    }

    /// `addsitepackages` of one prefix.
    fn add_packages_of(&mut self, prefix: &[u8]) {
        for dir in self.package_dirs(prefix) {
            if path(&dir).is_dir() {
                self.add_dir(&dir);
            }
        }
    }

    /// `getsitepackages`: where packages may lie below a prefix.
    fn package_dirs(&self, prefix: &[u8]) -> Vec<Vec<u8>> {
        let name = self.name();
        let mut libs = vec![self.platlibdir];
        if self.platlibdir != "lib" {
            libs.push("lib");
        }
        let below = |lib: &str, packages: &str| format!("{lib}/{name}/{packages}");
        let plain = libs.iter().map(|lib| below(lib, "site-packages"));
        let names: Vec<String> = match (self.layout, self.python.implementation) {
            (Layout::Plain, _) => plain.collect(),
            (Layout::Debian, kind) => {
                let mut names = vec![
                    below("lib", "site-packages"),
                    below("local/lib", "dist-packages"),
                    "lib/python3/dist-packages".to_owned(),
                ];
                if kind == Implementation::CPython {
                    names.extend(libs.iter().map(|lib| below(lib, "dist-packages")));
                }
                names
            }
        };
        let dirs = names.iter().map(|name| join(prefix, name.as_bytes()));
        dirs.collect()
    }

    /// What directories of packages are called: `python3.12`.
    fn name(&self) -> String {
        match self.rules.names_threading {
            true => self.python.library(),
            false => format!(
                "{}{}",
                self.python.implementation.stem(),
                self.python.short()
            ),
        }
    }

    /// `addsitedir`: the directory, and what its `.pth` files name, by the order of their names.
    fn add_dir(&mut self, dir: &[u8]) {
        let dir = absolute(&self.cwd, dir);
        self.append(dir.clone());
        for name in self.names(&dir, b".pth") {
            self.add_file(&dir, &join(&dir, &name));
        }
        if self.rules.pth.form == Form::Pep829 {
            for name in self.names(&dir, b".start") {
                let file = path(&join(&dir, &name));
                let content = fs::read(&file).unwrap_or_default();
                self.warn(pth::starts(&content, &file, self.rules.pth));
            }
        }
    }

    /// The files of a directory whose names end so, in order.
    fn names(&self, dir: &[u8], end: &[u8]) -> Vec<Vec<u8>> {
        let entries = fs::read_dir(path(dir)).into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().into_encoded_bytes());
        let mut names: Vec<_> = names
            .filter(|name| name.ends_with(end))
            .filter(|name| !(self.rules.pth.skips_hidden && name.starts_with(b".")))
            .collect();
        names.sort();
        names
    }

    /// Each once: the environment's own directory is gone through twice.
    fn warn(&mut self, caveats: Vec<Caveat>) {
        let new = caveats.into_iter();
        let new: Vec<_> = new
            .filter(|caveat| !self.caveats.contains(caveat))
            .collect();
        self.caveats.extend(new);
    }

    /// `addpackage`
    fn add_file(&mut self, dir: &[u8], file: &[u8]) {
        let file = path(file);
        let Ok(content) = fs::read(&file) else {
            return;
        };
        let lines = match pth::read(&content, &file, self.rules.pth, self.is_ascii) {
            Ok(lines) => lines,
            Err(caveat) => return self.warn(vec![caveat]),
        };
        let start = file.with_extension("start");
        let is_replaced = self.rules.pth.form == Form::Pep829 && start.is_file();
        if !is_replaced {
            self.warn(lines.caveats);
        }
        for line in lines.dirs {
            let line = self.read(line);
            let entry = absolute(&self.cwd, &join(dir, &line));
            if path(&entry).exists() {
                self.append(entry);
            }
        }
    }

    /// `getusersitepackages` and `check_enableusersite`. That the process runs as another user than the one who
    /// started it is left out: vrun is no such program.
    fn user(&self, start: &Start<'_>, is_system: bool) -> User {
        let is_framework = start.is_framework(self.python);
        let base = match start.setting("PYTHONUSERBASE") {
            Some(named) => named.to_vec(),
            None if is_framework => {
                let below = format!("/Library/Python/{}", self.python.short());
                [start.home().as_slice(), below.as_bytes()].concat()
            }
            None => [start.home().as_slice(), b"/.local"].concat(),
        };
        let below = match is_framework {
            true => "/lib/python/site-packages".to_owned(),
            false => format!("/lib/{}/site-packages", self.name()),
        };
        let mut dir = [base.as_slice(), below.as_bytes()].concat();
        if self.rules.tidies_user_site {
            dir = normal(&dir);
        }
        User {
            is_enabled: is_system && !self.is_switched_on(start.setting("PYTHONNOUSERSITE")),
            base: path(&base),
            site: path(&dir),
        }
    }

    fn is_switched_on(&self, value: Option<&[u8]>) -> bool {
        let number = |value: &[u8]| str::from_utf8(value).ok()?.trim_start().parse::<i32>().ok();
        let is_zero = |value: &[u8]| self.rules.counts_switches && number(value) == Some(0);
        value.is_some_and(|value| !is_zero(value))
    }

    /// The first module of that name on the path: code that runs when Python starts.
    fn module(&self, name: &str) -> Option<Caveat> {
        let forms = [
            format!("{name}/__init__.py"),
            format!("{name}.py"),
            format!("{name}.pyc"),
        ];
        let files = self.path.iter().flat_map(|dir| {
            let files = forms.iter().map(|form| path(&join(dir, form.as_bytes())));
            files.collect::<Vec<_>>()
        });
        let mut there = files.filter(|file| file.is_file());
        there.next().map(Caveat::Module)
    }
}

/// What pyvenv.cfg says of the base's packages, as site reads it: only `true` is yes, and so is nothing at all.
pub fn includes_system(cfg: &[u8]) -> bool {
    keys::last(cfg, "include-system-site-packages").is_none_or(|said| said.to_lowercase() == "true")
}
