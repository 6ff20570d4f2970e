//! What stands on the path already -> what site.py makes of it: the environment's packages, the user's, the base's, and
//! what `.pth` files add.

use std::collections::HashSet;
use std::fs;

use super::getpath::StdlibLocation;
use super::implementation::{Implementation, PythonBinary};
use super::posixpath::{absolute, bytes_to_path, join, mark_decoded, normalize, path_to_bytes};
use super::python_info::{Caveat, UserSite};
use super::startup::StartupContext;
use super::version_rules::{PthSyntax, VersionRules};
use super::{pth, pyvenv_keys};

/// How a distributor lays its packages out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SiteLayout {
    /// As released.
    Upstream,
    /// Debian's: `dist-packages`.
    Debian,
}

/// The path as it grows.
pub(super) struct SysPathBuilder<'a> {
    python: &'a PythonBinary,
    rules: &'a VersionRules,
    layout: SiteLayout,
    platlibdir: &'a str,
    cwd: Vec<u8>,
    is_ascii_locale: bool,
    is_redecoded: bool,
    seen: HashSet<Vec<u8>>,
    /// `sys.path`
    pub path: Vec<Vec<u8>>,
    /// What cannot be told of it.
    pub caveats: Vec<Caveat>,
}

impl<'a> SysPathBuilder<'a> {
    /// The path that the interpreter itself sets up: PYTHONPATH's entries, then its library's; absolute, each once.
    pub(super) fn new(
        python: &'a PythonBinary,
        rules: &'a VersionRules,
        layout: SiteLayout,
        library: &'a StdlibLocation,
        start: &StartupContext<'_>,
    ) -> SysPathBuilder<'a> {
        let decodes = rules.has_double_decoding && start.c_locale_var().is_some();
        let mut site = SysPathBuilder {
            is_redecoded: decodes,
            python,
            rules,
            layout,
            platlibdir: &library.platlibdir,
            cwd: Vec::new(),
            is_ascii_locale: start.is_ascii_locale(rules.pth.c_locale_encoding),
            seen: HashSet::new(),
            path: Vec::new(),
            caveats: Vec::new(),
        };
        site.cwd = site.redecode(path_to_bytes(start.cwd));
        let named = start.non_empty_var("PYTHONPATH");
        let named = named.map(|text| text.split(|byte| *byte == b':'));
        let own = library.path_entries.iter().map(Vec::as_slice);
        for entry in named.into_iter().flatten().chain(own) {
            let entry = absolute(&site.cwd, entry);
            site.append(entry);
        }
        site
    }

    /// A text that Python reads itself, other than what it is started with.
    fn redecode(&self, text: Vec<u8>) -> Vec<u8> {
        if self.is_redecoded {
            mark_decoded(&text)
        } else {
            text
        }
    }

    fn append(&mut self, entry: Vec<u8>) {
        if self.seen.insert(entry.clone()) {
            self.path.push(entry);
        }
    }

    /// All that site adds: the environment's packages, the user's and the base's, in this order.
    pub(super) fn add_site_packages(
        &mut self,
        start: &StartupContext<'_>,
        library: &StdlibLocation,
        is_system: bool,
    ) -> UserSite {
        self.add_prefix_packages(&path_to_bytes(start.root));
        let user = self.user_site(start, is_system);
        if user.is_enabled && user.site.is_dir() {
            let dir = self.redecode(path_to_bytes(&user.site));
            self.add_site_dir(&dir);
        }
        if is_system {
            self.add_prefix_packages(&library.prefix);
            self.add_prefix_packages(&library.exec_prefix);
        }
        let modules = [("sitecustomize", true), ("usercustomize", user.is_enabled)];
        let modules = modules.into_iter().filter(|(_, is_run)| *is_run);
        let found: Vec<_> = modules
            .filter_map(|(name, _)| self.find_startup_module(name))
            .collect();
        self.caveats.extend(found);
        user
    }

    /// `addsitepackages` of one prefix.
    fn add_prefix_packages(&mut self, prefix: &[u8]) {
        for dir in self.package_dirs(prefix) {
            if bytes_to_path(&dir).is_dir() {
                self.add_site_dir(&dir);
            }
        }
    }

    /// `getsitepackages`: where packages may lie below a prefix.
    fn package_dirs(&self, prefix: &[u8]) -> Vec<Vec<u8>> {
        let name = self.lib_dir_name();
        let mut libs = vec![self.platlibdir];
        if self.platlibdir != "lib" {
            libs.push("lib");
        }
        let below = |lib: &str, packages: &str| format!("{lib}/{name}/{packages}");
        let plain = libs.iter().map(|lib| below(lib, "site-packages"));
        let names: Vec<String> = match (self.layout, self.python.implementation) {
            (SiteLayout::Upstream, _) => plain.collect(),
            (SiteLayout::Debian, kind) => {
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
    fn lib_dir_name(&self) -> String {
        match self.rules.has_threading_suffix {
            true => self.python.stdlib_name(),
            false => format!(
                "{}{}",
                self.python.implementation.stem(),
                self.python.major_minor()
            ),
        }
    }

    /// `addsitedir`: the directory, and what its `.pth` files name, by the order of their names.
    fn add_site_dir(&mut self, dir: &[u8]) {
        let dir = absolute(&self.cwd, dir);
        self.append(dir.clone());
        for name in self.files_ending_with(&dir, b".pth") {
            self.add_pth_file(&dir, &join(&dir, &name));
        }
        if self.rules.pth.syntax == PthSyntax::Pep829 {
            for name in self.files_ending_with(&dir, b".start") {
                let file = bytes_to_path(&join(&dir, &name));
                let content = fs::read(&file).unwrap_or_default();
                self.add_caveats(pth::parse_start_file(&content, &file, self.rules.pth));
            }
        }
    }

    /// The files of a directory whose names end so, in order.
    fn files_ending_with(&self, dir: &[u8], end: &[u8]) -> Vec<Vec<u8>> {
        let entries = fs::read_dir(bytes_to_path(dir))
            .into_iter()
            .flatten()
            .flatten();
        let names = entries.map(|entry| entry.file_name().into_encoded_bytes());
        let mut names: Vec<_> = names
            .filter(|name| name.ends_with(end))
            .filter(|name| !(self.rules.pth.is_hidden_skipped && name.starts_with(b".")))
            .collect();
        names.sort();
        names
    }

    /// Each once: the environment's own directory is gone through twice.
    fn add_caveats(&mut self, caveats: Vec<Caveat>) {
        let new = caveats.into_iter();
        let new: Vec<_> = new
            .filter(|caveat| !self.caveats.contains(caveat))
            .collect();
        self.caveats.extend(new);
    }

    /// `addpackage`
    fn add_pth_file(&mut self, dir: &[u8], file: &[u8]) {
        let file = bytes_to_path(file);
        let Ok(content) = fs::read(&file) else {
            return;
        };
        let lines = match pth::parse_pth(&content, &file, self.rules.pth, self.is_ascii_locale) {
            Ok(lines) => lines,
            Err(caveat) => return self.add_caveats(vec![caveat]),
        };
        let start = file.with_extension("start");
        let is_replaced = self.rules.pth.syntax == PthSyntax::Pep829 && start.is_file();
        if !is_replaced {
            self.add_caveats(lines.caveats);
        }
        for line in lines.dirs {
            let line = self.redecode(line);
            let entry = absolute(&self.cwd, &join(dir, &line));
            if bytes_to_path(&entry).exists() {
                self.append(entry);
            }
        }
    }

    /// `getusersitepackages` and `check_enableusersite`. That the process runs as another user than the one who
    /// started it is left out: vrun is no such program.
    fn user_site(&self, start: &StartupContext<'_>, is_system: bool) -> UserSite {
        let is_framework = start.is_framework_build(self.python);
        let base = match start.non_empty_var("PYTHONUSERBASE") {
            Some(named) => named.to_vec(),
            None if is_framework => {
                let below = format!("/Library/Python/{}", self.python.major_minor());
                [start.home().as_slice(), below.as_bytes()].concat()
            }
            None => [start.home().as_slice(), b"/.local"].concat(),
        };
        let below = match is_framework {
            true => "/lib/python/site-packages".to_owned(),
            false => format!("/lib/{}/site-packages", self.lib_dir_name()),
        };
        let mut dir = [base.as_slice(), below.as_bytes()].concat();
        if self.rules.has_normalized_user_site {
            dir = normalize(&dir);
        }
        UserSite {
            is_enabled: is_system && !self.is_flag_set(start.non_empty_var("PYTHONNOUSERSITE")),
            base: bytes_to_path(&base),
            site: bytes_to_path(&dir),
        }
    }

    fn is_flag_set(&self, value: Option<&[u8]>) -> bool {
        let number = |value: &[u8]| str::from_utf8(value).ok()?.trim_start().parse::<i32>().ok();
        let is_zero = |value: &[u8]| self.rules.has_numeric_switches && number(value) == Some(0);
        value.is_some_and(|value| !is_zero(value))
    }

    /// The first module of that name on the path: code that runs when Python starts.
    fn find_startup_module(&self, name: &str) -> Option<Caveat> {
        let forms = [
            format!("{name}/__init__.py"),
            format!("{name}.py"),
            format!("{name}.pyc"),
        ];
        let files = self.path.iter().flat_map(|dir| {
            let files = forms
                .iter()
                .map(|form| bytes_to_path(&join(dir, form.as_bytes())));
            files.collect::<Vec<_>>()
        });
        let mut there = files.filter(|file| file.is_file());
        there.next().map(Caveat::StartupModule)
    }
}

/// What pyvenv.cfg says of the base's packages, as site reads it: only `true` is yes, and so is nothing at all.
pub(super) fn is_system_site_enabled(cfg: &[u8]) -> bool {
    pyvenv_keys::last_value(cfg, "include-system-site-packages")
        .is_none_or(|said| said.to_lowercase() == "true")
}
