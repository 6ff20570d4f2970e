//! The names in site-packages that come with a new environment.

/// What the wheels of pip and setuptools put there.
const SEED_FILES: [&str; 9] = [
    "pip",
    "setuptools",
    "wheel",
    "pkg_resources",
    "easy_install.py",
    "_distutils_hack",
    "distutils",
    "distutils-precedence.pth",
    "__pycache__",
];

/// Whether `name` is one of these, or their metadata (`pip-24.0.dist-info`).
pub(super) fn is_seed(name: &str) -> bool {
    let is_of = |seed: &str| name == seed || name.starts_with(&format!("{seed}-"));
    SEED_FILES.iter().any(|seed| is_of(seed))
}
