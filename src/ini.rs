//! Files of Python's configparser: setup.cfg, tox.ini, pip.conf.

/// The keys and values of a section, as they are written. A line that is indented continues a value.
pub(crate) fn section_settings(text: &str, section: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let (mut is_in_section, mut is_in_value) = (false, false);
    for line in text.lines() {
        let content = line.trim();
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        if is_in_value && line.starts_with([' ', '\t']) {
            if let Some((_, value)) = found.last_mut().filter(|_| is_in_section) {
                value.push('\n');
                value.push_str(content);
            }
            continue;
        }
        is_in_value = !content.starts_with('[');
        if !is_in_value {
            let name = content.trim_start_matches('[').split(']').next();
            is_in_section = name == Some(section);
        } else if let Some((key, value)) = content.split_once(['=', ':'])
            && is_in_section
        {
            found.push((key.trim().to_owned(), value.trim().to_owned()));
        }
    }
    found
}
