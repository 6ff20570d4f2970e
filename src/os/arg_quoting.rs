//! How arguments reach a program on a system that hands it one text (Windows).

/// How the arguments become that text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArgQuoting {
    /// Each is quoted as one word, as most programs read it.
    Standard,
    /// The last is appended as it is.
    RawLast,
}
