//! `--cache`: what vrun keeps -> text and JSON.

use serde::Serialize;

use crate::cache::CacheContents;

/// The contents for people: a line for each kind, and for each environment of a script.
pub(crate) fn cache_text(contents: &CacheContents) -> String {
    let size = format_size;
    let CacheContents { path, bytes, .. } = contents;
    let mut text = format!("{path}: {}\n", size(*bytes));
    for (name, kind) in [
        ("unpacked wheels", &contents.wheels),
        ("compiled modules", &contents.compiled),
        ("answers of interpreters", &contents.interpreters),
    ] {
        text.push_str(&format!("{name}: {}, {}\n", kind.count, size(kind.bytes)));
    }
    let total = contents.scripts.iter().map(|env| env.bytes).sum();
    let count = contents.scripts.len();
    text.push_str(&format!("script environments: {count}, {}\n", size(total)));
    for env in &contents.scripts {
        let script = env.script.as_deref().unwrap_or("its script is gone");
        let python = env.python.as_deref().unwrap_or("unknown");
        let age = match env.idle_days {
            0 => "used today".to_owned(),
            1 => "used yesterday".to_owned(),
            days => format!("used {days} days ago"),
        };
        let (path, size) = (&env.path, size(env.bytes));
        text.push_str(&format!(
            "  {path}: {size}, Python {python}, {age} ({script})\n"
        ));
    }
    text
}

/// One object.
pub(crate) fn json_text(answer: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(answer).unwrap_or_default();
    format!("{text}\n")
}

/// `12.3 MB`
pub(crate) fn format_size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
