//! What changed between versions of Python.
//!
//! The sources are CPython's Modules/getpath.c and getpath.py, Lib/site.py and Lib/sysconfig of each version, and
//! PyPy's app_main.py, initpath.py and site.py.

use super::posixpath::is_windows;
use super::python_binary::{Implementation, PythonBinary};

/// How a Python finds its own library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StdlibSearch {
    /// getpath.c, to 3.10: the links of its own file decide.
    GetpathC,
    /// getpath.py, from 3.11: `home` decides.
    GetpathPy,
    /// From 3.14: PYTHONHOME overrides `home`, and the environment is still one.
    PythonHomeFirst,
    /// From 3.14.10: a library near its own file overrides `home`.
    ExecutableFirst,
    /// PyPy: the links decide; no zip, no lib-dynload.
    PyPy,
    /// Windows: the DLL's directory, then `home`.
    Windows,
}

/// The rules of one version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct VersionRules {
    /// How it finds its library.
    pub stdlib_search: StdlibSearch,
    /// Whether there is a `sys.platlibdir`, `lib` or `lib64` (3.9, bpo-1294959).
    pub has_platlibdir: bool,
    /// Whether PYTHONSAFEPATH keeps the working directory off the path (3.11, gh-57684).
    pub has_safe_path: bool,
    /// Whether a build without the GIL has separate directories for packages (3.13).
    pub has_threading_suffix: bool,
    /// Whether the user site is normalized (3.6, where sysconfig names it).
    pub has_normalized_user_site: bool,
    /// Whether PYTHONNOUSERSITE=0 means no (3.7); before, any text means yes.
    pub has_numeric_switches: bool,
    /// Whether, in the C locale, its arguments and variables are decoded differently from what it reads later (3.7,
    /// which turns to UTF-8 in between).
    pub has_double_decoding: bool,
    /// How site.py reads a `.pth` file.
    pub pth: PthRules,
}

/// How site.py reads a `.pth` file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PthRules {
    /// Whether files whose names start with a dot are ignored (3.13, and later releases of 3.8 to 3.12; gh-113659).
    pub is_hidden_skipped: bool,
    /// Whether UTF-8, with or without a byte order mark, comes before the locale's encoding (3.13, gh-77102).
    pub is_utf8: bool,
    /// What a line may be.
    pub syntax: PthSyntax,
    /// The encoding in the C locale.
    pub c_locale_encoding: CLocaleEncoding,
    /// Whether a NUL in a line ends the file (before 3.8, `os.path.exists` raised).
    pub is_ended_by_nul: bool,
}

/// What a line of a `.pth` file may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PthSyntax {
    /// A directory, leading spaces included, or code.
    Legacy,
    /// The same without surrounding spaces; `.start` files replace the code (3.15, PEP 829).
    Pep829,
}

/// The encoding of text in the C locale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CLocaleEncoding {
    /// ASCII (3.6; PyPy).
    Ascii,
    /// UTF-8 (from 3.7: PEP 538, PEP 540).
    Utf8,
    /// UTF-8, unless LC_ALL says C (3.11 and 3.12 read the locale itself, past PEP 540).
    AsciiIfLcAll,
}

impl VersionRules {
    /// The rules of an interpreter. `micro` is the third number of its version, if known.
    pub(super) fn for_interpreter(python: &PythonBinary, micro: Option<u32>) -> VersionRules {
        let since = |minor: u32| python.version >= (3, minor);
        let is_cpython = python.implementation == Implementation::CPython;
        VersionRules {
            stdlib_search: match micro {
                _ if !is_cpython => StdlibSearch::PyPy,
                _ if is_windows() => StdlibSearch::Windows,
                _ if !since(11) => StdlibSearch::GetpathC,
                _ if !since(14) => StdlibSearch::GetpathPy,
                _ if since(15) => StdlibSearch::ExecutableFirst,
                Some(10..) => StdlibSearch::ExecutableFirst,
                _ => StdlibSearch::PythonHomeFirst,
            },
            has_platlibdir: since(9),
            has_safe_path: since(11),
            has_threading_suffix: since(13),
            has_normalized_user_site: !since(7),
            has_numeric_switches: since(7) && is_cpython,
            has_double_decoding: since(7) && !since(8) && is_cpython && !is_windows(),
            pth: PthRules {
                is_hidden_skipped: since(13),
                is_utf8: since(13),
                syntax: match since(15) {
                    true => PthSyntax::Pep829,
                    false => PthSyntax::Legacy,
                },
                c_locale_encoding: match (since(7) && is_cpython, since(11)) {
                    (false, _) => CLocaleEncoding::Ascii,
                    (true, false) => CLocaleEncoding::Utf8,
                    (true, true) => CLocaleEncoding::AsciiIfLcAll,
                },
                is_ended_by_nul: !since(8),
            },
        }
    }

    /// What the directories of packages are called: `python3.12`, and from 3.13 also `python3.13t`.
    pub(super) fn lib_dir_name(&self, python: &PythonBinary) -> String {
        match self.has_threading_suffix {
            true => python.stdlib_name(),
            false => python.versioned_name(),
        }
    }
}
