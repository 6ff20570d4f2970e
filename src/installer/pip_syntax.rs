//! A file in pip's format -> what in it uv does not read, or reads in another way (measured with uv 0.13).

use std::path::Path;

use crate::manifest::{logical_lines, read_references};
use crate::quote::printable;
use crate::read::{MAX_TEXT, read_file};

/// What a requirement file, with those that it includes, has for uv.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct FileSyntax {
    /// What pip takes and uv does not: `--pre in requirements.txt`.
    pub unread: Vec<String>,
    /// Where an index is named that takes the place of the one that is set up.
    pub index_url: Option<String>,
    /// Whether it names an index besides.
    pub has_extra_index: bool,
}

/// The options of a file that mean the same to uv, or nothing to either.
const SHARED_OPTIONS: &str = "--requirement --constraint --editable --index-url --extra-index-url --find-links \
    --no-index --no-binary --only-binary --require-hashes --hash --use-feature";

/// Reads `file` and what it includes.
pub(super) fn read_syntax(file: &Path, project: &Path) -> FileSyntax {
    let mut syntax = FileSyntax::default();
    for file in read_references(file, project).files {
        let Ok(bytes) = read_file(&file, MAX_TEXT) else {
            continue;
        };
        let name = printable(file.strip_prefix(project).unwrap_or(&file));
        match String::from_utf8(bytes) {
            Ok(text) => syntax.add_text(&text, &name),
            Err(_) => syntax.unread.push(format!("the encoding of {name}")),
        }
    }
    syntax.unread.dedup();
    syntax
}

impl FileSyntax {
    fn add_text(&mut self, text: &str, name: &str) {
        let lines = logical_lines(text.as_bytes());
        for line in lines.iter().filter(|line| !line.is_empty()) {
            self.add_line(line, name);
        }
    }

    fn add_line(&mut self, line: &str, name: &str) {
        let is_option_line = line.starts_with('-');
        for word in line.split_whitespace() {
            let option = word.split('=').next().unwrap_or(word);
            match option {
                "-i" | "--index-url" => self.index_url = Some(format!("{option} in {name}")),
                "--extra-index-url" => self.has_extra_index = true,
                _ => {}
            }
            let is_shared = SHARED_OPTIONS.split(' ').any(|known| known == option);
            if option.starts_with("--") && option.len() > 2 && !is_shared {
                self.unread.push(format!("{option} in {name}"));
            }
        }
        // uv has variables in URLs and paths only.
        if !is_option_line && line.contains("${") && !line.contains("://") {
            self.unread.push(format!("${{...}} in {name}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;

    #[test]
    fn any_file_in_pips_format_is_read() {
        fuzz("requirements", 1500, |bytes| {
            FileSyntax::default().add_text(&String::from_utf8_lossy(bytes), "r.txt");
        });
    }

    #[test]
    fn what_uv_reads_in_another_way_is_found() {
        for (line, expected) in [
            ("six==1.16 --hash=sha256:00 \\\n  --hash=sha256:01", ""),
            ("-r other.txt\n-e .\n--no-binary six\n--use-feature=x", ""),
            ("six --config-settings 'a=b'", "--config-settings in r.txt"),
            ("--pre", "--pre in r.txt"),
            ("six==${SIX}", "${...} in r.txt"),
            ("six @ https://${TOKEN}@example.org/six.zip", ""),
            ("# six --pre\nsix # --pre", ""),
        ] {
            let mut syntax = FileSyntax::default();
            syntax.add_text(line, "r.txt");
            assert_eq!(syntax.unread.join(" "), expected, "{line}");
        }
        let mut syntax = FileSyntax::default();
        syntax.add_text("--extra-index-url=https://a -i https://b", "r.txt");
        assert!(syntax.has_extra_index);
        assert_eq!(syntax.index_url.as_deref(), Some("-i in r.txt"));
    }
}
