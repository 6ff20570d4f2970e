//! What one pip does differently from another where it installs a wheel.

/// The pip that would have done the installing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pip {
    /// 24.2 is (24, 2).
    release: (u32, u32),
}

/// How a console script takes the ending off its own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Up to 18: with blank lines between the parts.
    WithRegex18,
    /// Up to 25.1: distlib's.
    WithRegex,
    /// 25.2 and 25.3: without the `re` module.
    WithSlice,
    /// From 26 on.
    WithRemoveSuffix,
}

impl Pip {
    /// The pip of that version; what cannot be read counts as new.
    pub fn of(version: &str) -> Pip {
        let mut parts = version
            .split('.')
            .map(|part| part.parse().unwrap_or(u32::MAX));
        Pip {
            release: (parts.next().unwrap_or(u32::MAX), parts.next().unwrap_or(0)),
        }
    }

    /// Whether it marks what was asked for by name with an empty REQUESTED file (PEP 376; since 20.2).
    pub fn marks_requests(self) -> bool {
        self.release >= (20, 2)
    }

    /// The form of its console scripts.
    pub fn script_form(self) -> Form {
        match self.release {
            (..19, _) => Form::WithRegex18,
            (..25, _) | (25, ..2) => Form::WithRegex,
            (25, _) => Form::WithSlice,
            _ => Form::WithRemoveSuffix,
        }
    }
}
