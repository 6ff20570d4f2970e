//! Which rules a Python goes by: the table of what changed between versions.
//!
//! CPython's Modules/getpath.c and getpath.py, Lib/site.py and Lib/sysconfig, each as released with the version;
//! PyPy's are its app_main.py, initpath.py and its own site.py.

use super::implementation::{Implementation, PythonBinary};

/// How a Python finds its own library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StdlibSearch {
    /// getpath.c, to 3.10: where the links of its own file lead decides.
    GetpathC,
    /// getpath.py, from 3.11: `home` decides.
    GetpathPy,
    /// The same from 3.14: PYTHONHOME outweighs `home`, and the environment is one all the same.
    PythonHomeFirst,
    /// The same from 3.14.10: a library by its own file outweighs `home`.
    ExecutableFirst,
    /// PyPy's: where the links lead decides; no zip, no lib-dynload.
    PyPy,
}

/// What it is that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct VersionRules {
    /// How it finds its library.
    pub stdlib_search: StdlibSearch,
    /// Whether the directory of libraries can be named, `lib` or `lib64` (3.9, bpo-1294959).
    pub has_platlibdir: bool,
    /// Whether the working directory can be kept off the path (3.11, gh-57684).
    pub has_safe_path: bool,
    /// Whether a build without the GIL has directories of its own for packages (3.13).
    pub has_threading_suffix: bool,
    /// Whether the user's directory is tidied up (3.6, where sysconfig names it).
    pub has_normalized_user_site: bool,
    /// Whether PYTHONNOUSERSITE is a number, of which 0 means no (3.7); else it is any text.
    pub has_numeric_switches: bool,
    /// Whether, in the locale C, what it was started with is decoded in another way than what it reads itself
    /// (3.7, which turns to UTF-8 in between).
    pub has_double_decoding: bool,
    /// How site reads a `.pth` file.
    pub pth: PthRules,
}

/// How site reads a `.pth` file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PthRules {
    /// Whether one whose name starts with a dot counts for nothing (3.13, and later releases of 3.8 to 3.12;
    /// gh-113659).
    pub is_hidden_skipped: bool,
    /// Whether it is UTF-8, a byte order mark or not, before it is in the locale's encoding (3.13, gh-77102).
    pub is_utf8: bool,
    /// What a line may be.
    pub syntax: PthSyntax,
    /// What else it is in, where the locale is C.
    pub c_locale_encoding: CLocaleEncoding,
    /// Whether a NUL in a line ends the reading of the file (before 3.8, `os.path.exists` refused it).
    pub is_ended_by_nul: bool,
}

/// What a line of a `.pth` file may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PthSyntax {
    /// A directory, spaces before it included; or code.
    Legacy,
    /// Spaces around it do not count, and `.start` files hold code in its stead (3.15, PEP 829).
    Pep829,
}

/// The encoding of text in the locale C.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CLocaleEncoding {
    /// ASCII (3.6; PyPy).
    Ascii,
    /// UTF-8 (from 3.7: PEP 538, PEP 540).
    Utf8,
    /// UTF-8, unless it is LC_ALL that says C (3.11 and 3.12: the locale itself is asked, past PEP 540).
    AsciiIfLcAll,
}

impl VersionRules {
    /// Those of an interpreter. `release` is its third number, where that is known.
    pub(super) fn for_interpreter(python: &PythonBinary, release: Option<u32>) -> VersionRules {
        let (major, minor) = python.version;
        let since = |first: u32| (major, minor) >= (3, first);
        VersionRules {
            stdlib_search: match python.implementation {
                Implementation::PyPy => StdlibSearch::PyPy,
                _ if !since(11) => StdlibSearch::GetpathC,
                _ if !since(14) => StdlibSearch::GetpathPy,
                _ if since(15) || release.is_some_and(|release| release >= 10) => {
                    StdlibSearch::ExecutableFirst
                }
                _ => StdlibSearch::PythonHomeFirst,
            },
            has_platlibdir: since(9),
            has_safe_path: since(11),
            has_threading_suffix: since(13),
            has_normalized_user_site: !since(7),
            has_numeric_switches: since(7) && python.implementation == Implementation::CPython,
            has_double_decoding: since(7)
                && !since(8)
                && python.implementation == Implementation::CPython,
            pth: PthRules {
                is_hidden_skipped: since(13),
                is_utf8: since(13),
                syntax: if since(15) {
                    PthSyntax::Pep829
                } else {
                    PthSyntax::Legacy
                },
                c_locale_encoding: match python.implementation {
                    Implementation::PyPy => CLocaleEncoding::Ascii,
                    _ if !since(7) => CLocaleEncoding::Ascii,
                    _ if !since(11) => CLocaleEncoding::Utf8,
                    _ => CLocaleEncoding::AsciiIfLcAll,
                },
                is_ended_by_nul: !since(8),
            },
        }
    }
}
