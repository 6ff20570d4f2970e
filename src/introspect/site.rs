//! The path that the interpreter sets up -> the path after site.py: with the packages of the environment, the user and
//! the base, and what `.pth` files add.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use crate::os;
use crate::read::{MAX_TEXT, read_file};

use super::caveat::Caveat;
use super::getpath::StdlibLocation;
use super::posixpath::{
    absolute, bytes_to_path, join, mark_decoded, normalize, normcase, path_below, path_to_bytes,
};
use super::python_binary::{Implementation, PythonBinary};
use super::python_info::UserSite;
use super::startup::StartupContext;
use super::version_rules::{PthSyntax, VersionRules};
use super::windows_install::winver;
use super::{pth, pyvenv_keys};

/// Where site.py looks for packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SiteLayout {
    /// As released.
    Upstream,
    /// As Debian changes it: `dist-packages`.
    Debian,
    /// As released for Windows.
    Windows,
}

/// Builds the path step by step.
pub(super) struct SysPathBuilder<'a> {
    python: &'a PythonBinary,
    rules: &'a VersionRules,
    layout: SiteLayout,
    platlibdir: &'a str,
    cwd: Vec<u8>,
    is_ascii_locale: bool,
    is_redecoded: bool,
    seen: HashSet<Vec<u8>>,
    seen_caveats: HashSet<Caveat>,
    /// `sys.path`
    pub path: Vec<Vec<u8>>,
    /// Reasons why the real path may differ.
    pub caveats: Vec<Caveat>,
}

impl<'a> SysPathBuilder<'a> {
    /// The path that the interpreter itself sets up: the entries of PYTHONPATH, then those of its library; absolute,
    /// each once.
    pub(super) fn new(
        python: &'a PythonBinary,
        rules: &'a VersionRules,
        layout: SiteLayout,
        library: &'a StdlibLocation,
        start: &StartupContext<'_>,
    ) -> SysPathBuilder<'a> {
        let mut site = SysPathBuilder {
            is_redecoded: rules.has_double_decoding && start.c_locale_var().is_some(),
            python,
            rules,
            layout,
            platlibdir: &library.platlibdir,
            cwd: Vec::new(),
            is_ascii_locale: start.is_ascii_locale(rules.pth.c_locale_encoding),
            seen: HashSet::new(),
            seen_caveats: HashSet::new(),
            path: Vec::new(),
            caveats: Vec::new(),
        };
        site.cwd = site.redecode(path_to_bytes(start.cwd));
        let pythonpath = start.non_empty_var("PYTHONPATH");
        let separator = os::PATH_SEPARATOR as u8;
        let pythonpath = pythonpath.map(|text| text.split(move |byte| *byte == separator));
        let stdlib = library.path_entries.iter().map(Vec::as_slice);
        for entry in pythonpath.into_iter().flatten().chain(stdlib) {
            site.append(absolute(&site.cwd, entry));
        }
        site
    }

    /// Marks text that Python decodes itself at run time, unlike its arguments and variables, if it decodes the two
    /// differently.
    fn redecode(&self, text: Vec<u8>) -> Vec<u8> {
        match self.is_redecoded {
            true => mark_decoded(&text),
            false => text,
        }
    }

    fn append(&mut self, entry: Vec<u8>) {
        if self.seen.insert(normcase(&entry)) {
            self.path.push(entry);
        }
    }

    /// Adds the packages of the environment, the user and the base, in this order.
    pub(super) fn add_site_packages(
        &mut self,
        start: &StartupContext<'_>,
        library: &StdlibLocation,
        has_system_site: bool,
    ) -> UserSite {
        self.add_prefix_packages(&path_to_bytes(start.root));
        let user = self.user_site(start, has_system_site);
        if user.is_enabled && user.site.is_dir() {
            let dir = self.redecode(path_to_bytes(&user.site));
            self.add_site_dir(&dir);
        }
        if has_system_site {
            self.add_prefix_packages(&library.prefix);
            self.add_prefix_packages(&library.exec_prefix);
        }
        self.caveats
            .extend(self.find_startup_module("sitecustomize"));
        if user.is_enabled {
            self.caveats
                .extend(self.find_startup_module("usercustomize"));
        }
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

    /// `getsitepackages`: the directories for packages below a prefix.
    fn package_dirs(&self, prefix: &[u8]) -> Vec<Vec<u8>> {
        if self.layout == SiteLayout::Windows {
            let lib = if self.python.version < (3, 11) {
                "lib"
            } else {
                "Lib"
            };
            return vec![
                prefix.to_vec(),
                join(prefix, format!("{lib}/site-packages")),
            ];
        }
        let name = self.rules.lib_dir_name(self.python);
        let mut libs = vec![self.platlibdir];
        if self.platlibdir != "lib" {
            libs.push("lib");
        }
        let below = |lib: &str, packages: &str| format!("{lib}/{name}/{packages}");
        let in_libs = |packages| libs.iter().map(move |lib| below(lib, packages));
        let mut dirs: Vec<String> = match self.layout {
            SiteLayout::Upstream | SiteLayout::Windows => in_libs("site-packages").collect(),
            SiteLayout::Debian => vec![
                below("lib", "site-packages"),
                below("local/lib", "dist-packages"),
                "lib/python3/dist-packages".to_owned(),
            ],
        };
        let is_cpython = self.python.implementation == Implementation::CPython;
        if self.layout == SiteLayout::Debian && is_cpython {
            dirs.extend(in_libs("dist-packages"));
        }
        dirs.iter().map(|dir| join(prefix, dir)).collect()
    }

    /// `addsitedir`: the directory, and what its `.pth` files add, in the order of their names.
    fn add_site_dir(&mut self, dir: &[u8]) {
        let dir = absolute(&self.cwd, dir);
        self.append(dir.clone());
        for name in self.files_ending_with(&dir, b".pth") {
            self.add_pth_file(&dir, &path_below(&dir, &name));
        }
        if self.rules.pth.syntax == PthSyntax::Pep829 {
            for name in self.files_ending_with(&dir, b".start") {
                let file = path_below(&dir, &name);
                let content = read_file(&file, MAX_TEXT).unwrap_or_default();
                self.add_caveats(pth::parse_start_file(&content, &file, self.rules.pth));
            }
        }
    }

    /// The names of the files in `dir` that end with `suffix`, sorted.
    fn files_ending_with(&self, dir: &[u8], suffix: &[u8]) -> Vec<Vec<u8>> {
        let entries = fs::read_dir(bytes_to_path(dir)).into_iter().flatten();
        let names = entries
            .flatten()
            .map(|entry| entry.file_name().into_encoded_bytes());
        let is_skipped = |name: &[u8]| self.rules.pth.is_hidden_skipped && name.starts_with(b".");
        let mut names: Vec<_> = names
            .filter(|name| name.ends_with(suffix) && !is_skipped(name))
            .collect();
        names.sort();
        names
    }

    /// Adds each once: the environment's own directory is read twice.
    fn add_caveats(&mut self, caveats: Vec<Caveat>) {
        for caveat in caveats {
            if self.seen_caveats.insert(caveat.clone()) {
                self.caveats.push(caveat);
            }
        }
    }

    /// `addpackage`
    fn add_pth_file(&mut self, dir: &[u8], file: &Path) {
        let Ok(content) = read_file(file, MAX_TEXT) else {
            return;
        };
        let lines = match pth::parse_pth(&content, file, self.rules.pth, self.is_ascii_locale) {
            Ok(lines) => lines,
            Err(caveat) => return self.add_caveats(vec![caveat]),
        };
        let has_start_file = || file.with_extension("start").is_file();
        if self.rules.pth.syntax == PthSyntax::Legacy || !has_start_file() {
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

    /// `getusersitepackages` and `check_enableusersite`, without the check for set-user-ID programs.
    fn user_site(&self, start: &StartupContext<'_>, has_system_site: bool) -> UserSite {
        let is_enabled =
            has_system_site && !self.is_flag_set(start.non_empty_var("PYTHONNOUSERSITE"));
        if self.layout == SiteLayout::Windows {
            return self.windows_user_site(start, is_enabled);
        }
        let (in_home, lib) = match start.framework(self.python) {
            Some(name) => (
                format!("/Library/{name}/{}", self.python.major_minor()),
                "python".to_owned(),
            ),
            None => ("/.local".to_owned(), self.rules.lib_dir_name(self.python)),
        };
        let base = match start.non_empty_var("PYTHONUSERBASE") {
            Some(base) => base.to_vec(),
            None => [start.home(), in_home.into_bytes()].concat(),
        };
        let mut dir = [&base, format!("/lib/{lib}/site-packages").as_bytes()].concat();
        if self.rules.has_normalized_user_site {
            dir = normalize(&dir);
        }
        UserSite {
            is_enabled,
            base: bytes_to_path(&base),
            site: bytes_to_path(&dir),
        }
    }

    fn windows_user_site(&self, start: &StartupContext<'_>, is_enabled: bool) -> UserSite {
        let base = match start.non_empty_var("PYTHONUSERBASE") {
            Some(base) => bytes_to_path(base),
            None => match start.non_empty_var("APPDATA") {
                Some(appdata) => path_below(appdata, "Python"),
                None => path_below(&start.home(), "Python"),
            },
        };
        let version = match self.python.version {
            (3, ..=9) => self.python.major_minor(),
            _ => winver(self.python),
        };
        let dir = format!("Python{}", version.replace('.', ""));
        UserSite {
            is_enabled,
            site: base.join(dir).join("site-packages"),
            base,
        }
    }

    fn is_flag_set(&self, value: Option<&[u8]>) -> bool {
        let number = |value: &[u8]| str::from_utf8(value).ok()?.trim_start().parse::<i32>().ok();
        let is_zero = |value: &[u8]| self.rules.has_numeric_switches && number(value) == Some(0);
        value.is_some_and(|value| !is_zero(value))
    }

    /// The first module of that name on the path, which runs when Python starts.
    fn find_startup_module(&self, name: &str) -> Option<Caveat> {
        let suffixes = ["/__init__.py", ".py", ".pyc"];
        let mut files = self
            .path
            .iter()
            .flat_map(|dir| suffixes.map(|suffix| path_below(dir, format!("{name}{suffix}"))));
        files.find(|file| file.is_file()).map(Caveat::StartupModule)
    }
}

/// `include-system-site-packages` as site.py reads it: `true` in any case, or no such line.
pub(super) fn is_system_site_enabled(cfg: &[u8]) -> bool {
    pyvenv_keys::last_value(cfg, "include-system-site-packages")
        .is_none_or(|value| value.to_lowercase() == "true")
}
