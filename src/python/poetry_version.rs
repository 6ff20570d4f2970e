//! Versions as Poetry writes them -> the specifiers of PEP 440. Poetry has signs of its own
//! (<https://python-poetry.org/docs/dependency-specification/>).

/// Poetry's versions as specifiers of PEP 440. Alternatives (`||`) have no such form, and any version will do.
pub(crate) fn poetry_specifiers(text: &str) -> String {
    if text.contains('|') {
        return String::new();
    }
    // Blanks separate as commas do, but not a sign from its version.
    let mut glued = String::new();
    for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
        let is_sign = |text: &str| text.ends_with(['<', '>', '=', '!', '~', '^']);
        if !glued.is_empty() && !is_sign(&glued) {
            glued.push(',');
        }
        glued.push_str(word);
    }
    let parts = glued
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty() && !["*", "x"].contains(part));
    let parts = parts.map(|part| {
        let (sign, version) = match part.find(|letter: char| letter.is_ascii_alphanumeric()) {
            Some(at) => (part[..at].trim(), part[at..].trim()),
            None => return part.to_owned(),
        };
        match sign {
            "^" => format!(">={version},<{}", caret_limit(version)),
            "~" => format!(">={version},<{}", tilde_limit(version)),
            "" | "=" => format!("=={version}"),
            sign => format!("{sign}{version}"),
        }
    });
    parts.collect::<Vec<_>>().join(",")
}

/// The numbers of a release: `1.2` of `1.2b3`.
fn release(version: &str) -> Vec<u64> {
    let number = |part: &str| {
        let end = part.find(|letter: char| !letter.is_ascii_digit());
        (
            part[..end.unwrap_or(part.len())].parse::<u64>().ok(),
            end.is_some(),
        )
    };
    let mut numbers = Vec::new();
    for part in version.split('.') {
        let (number, is_last) = number(part);
        numbers.extend(number);
        if is_last || number.is_none() {
            break;
        }
    }
    numbers
}

/// The next release in which the first number that is not 0 changes.
fn caret_limit(version: &str) -> String {
    let numbers = release(version);
    let first = numbers.iter().position(|number| *number != 0);
    next_release(&numbers, first.unwrap_or(numbers.len().saturating_sub(1)))
}

/// The next release in which the second number changes, or the only one.
fn tilde_limit(version: &str) -> String {
    let numbers = release(version);
    next_release(&numbers, 1.min(numbers.len().saturating_sub(1)))
}

fn next_release(numbers: &[u64], at: usize) -> String {
    let mut next: Vec<u64> = numbers.iter().take(at + 1).copied().collect();
    match next.last_mut() {
        Some(number) => *number = number.saturating_add(1),
        None => next.push(1),
    }
    let next: Vec<_> = next.iter().map(u64::to_string).collect();
    next.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poetrys_versions_are_written_as_in_pep_440() {
        for (version, expected) in [
            ("*", ""),
            ("^1.2.3", ">=1.2.3,<2"),
            ("^0.2.3", ">=0.2.3,<0.3"),
            ("^0.0.3", ">=0.0.3,<0.0.4"),
            ("^0", ">=0,<1"),
            ("^0.0", ">=0.0,<0.1"),
            ("^2.0b1", ">=2.0b1,<3"),
            ("~1.2.3", ">=1.2.3,<1.3"),
            ("~1", ">=1,<2"),
            ("~=1.2", "~=1.2"),
            ("1.2.*", "==1.2.*"),
            ("1.2", "==1.2"),
            (">=1, !=1.5", ">=1,!=1.5"),
            (">= 1.0 <2.0", ">=1.0,<2.0"),
            ("^1 || ^2", ""),
        ] {
            assert_eq!(poetry_specifiers(version), expected, "{version}");
        }
    }
}
