//! Names of packages, extras and dependency groups, which may be written in several ways.

/// A name in its normal form (PEP 503, PEP 685, PEP 735).
pub(crate) fn normalize_name(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

/// Whether both are the same name.
pub(crate) fn is_same_name(a: &str, b: &str) -> bool {
    normalize_name(a) == normalize_name(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_however_they_are_written() {
        for name in ["Flask-SQLAlchemy", "flask_sqlalchemy", "flask.-sqlalchemy"] {
            assert_eq!(normalize_name(name), "flask-sqlalchemy");
        }
    }
}
