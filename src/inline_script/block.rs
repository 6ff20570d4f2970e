//! The bytes of a Python file -> the block in it that says what the script requires.
//!
//! By the rules and the reference expression of inline script metadata (PEP 723, now the packaging specification of
//! that name), which are kept to the letter: what is nearly a block is a comment. Lines may end as on Windows, and the
//! file may begin with a byte order mark, for a Python that reads the file as text sees neither.

use memchr::memmem;

/// What begins such a block.
const OPENING: &[u8] = b"# /// script";

/// The line that ends one.
const CLOSING: &[u8] = b"# ///";

/// A block of the type `script`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// What stands in it, the comment signs taken off: TOML.
    pub content: Vec<u8>,
    /// The number of its first line in the file.
    pub line: usize,
}

impl Block {
    /// Whether it may say which packages or which Python the script requires. A quick look, which is sure only
    /// where it says no.
    pub(super) fn has_requirement_keys(&self) -> bool {
        let keys: [&[u8]; 2] = [b"dependencies", b"requires-python"];
        keys.iter()
            .any(|key| memmem::find(&self.content, key).is_some())
    }
}

/// The blocks of that type, of which there may be one.
pub(super) fn find_blocks(text: &[u8]) -> Vec<Block> {
    // Nearly every file ends here.
    if memmem::find(text, OPENING).is_none() {
        return Vec::new();
    }
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let lines = text.split(|byte| *byte == b'\n');
    let lines: Vec<_> = lines
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < lines.len() {
        let begin = at + 1;
        let closing = is_opening(lines[at]).then(|| count_content_lines(&lines[begin..]));
        let Some(length) = closing.flatten() else {
            at = begin;
            continue;
        };
        let end = begin + length;
        if lines[at] == OPENING {
            found.push(Block {
                content: strip_comment_signs(&lines[begin..end]),
                line: begin + 1,
            });
        }
        at = end + 1;
    }
    found
}

/// `# /// TYPE`
fn is_opening(line: &[u8]) -> bool {
    let kind = line.strip_prefix(b"# /// ").unwrap_or_default();
    let is_of_kind = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    !kind.is_empty() && kind.iter().all(is_of_kind)
}

/// How many lines stand in a block, given those behind its opening: the last `# ///` of the comment ends it. Where
/// there is none, or nothing before it, there is no block.
fn count_content_lines(lines: &[&[u8]]) -> Option<usize> {
    let is_comment = |line: &&&[u8]| **line == b"#" || line.starts_with(b"# ");
    let comment = lines.iter().take_while(is_comment).count();
    let last = lines[..comment].iter().rposition(|line| *line == CLOSING);
    last.filter(|length| *length > 0)
}

fn strip_comment_signs(lines: &[&[u8]]) -> Vec<u8> {
    let mut content = Vec::new();
    for line in lines {
        content.extend_from_slice(line.strip_prefix(b"# ").unwrap_or_default());
        content.push(b'\n');
    }
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands in the blocks.
    fn blocks(text: &str) -> Vec<String> {
        let blocks = find_blocks(text.as_bytes()).into_iter();
        let text = |block: Block| String::from_utf8(block.content).expect("UTF-8");
        blocks.map(text).collect()
    }

    const EXAMPLE: &str = "\
#!/usr/bin/env -S vrun -s
# /// script
# requires-python = \">=3.11\"
# dependencies = [
#   \"requests<3\",
#   \"rich\",
# ]
# ///

import requests
";

    #[test]
    fn a_block_is_what_stands_between_its_lines_without_the_comment_signs() {
        let content =
            "requires-python = \">=3.11\"\ndependencies = [\n  \"requests<3\",\n  \"rich\",\n]\n";
        assert_eq!(blocks(EXAMPLE), [content]);
        assert_eq!(find_blocks(EXAMPLE.as_bytes())[0].line, 3);
        assert_eq!(blocks(&EXAMPLE.replace('\n', "\r\n")), [content]);
        assert_eq!(blocks("\u{feff}# /// script\n# a\n#\n# ///"), ["a\n\n"]);
        let code = "import os\n\nprint()\n";
        assert_eq!(blocks(&format!("{code}{EXAMPLE}{code}")), [content]);
    }

    #[test]
    fn the_last_closing_line_of_a_comment_ends_its_block() {
        // The specification's own example.
        let embedded = "\
# /// some-toml
# embedded-csharp = \"\"\"
# /// <summary>
# /// text
# ///
# /// </summary>
# public class MyClass { }
# \"\"\"
# ///
";
        assert_eq!(blocks(embedded), [""; 0]);
        let script = embedded.replace("some-toml", "script");
        assert_eq!(blocks(&script)[0].lines().count(), 7);
        // What looks like an opening in another's block is its content.
        assert_eq!(blocks("# /// other\n# /// script\n# a\n# ///\n"), [""; 0]);
        let two = "# /// other\n# a\n# ///\n\n# /// script\n# b\n# ///\n";
        assert_eq!(blocks(two), ["b\n"]);
    }

    #[test]
    fn what_is_nearly_a_block_is_a_comment() {
        for text in [
            "# /// script\n# a\n",
            "# /// script\n# a\n\n# ///\n",
            "# /// script\n#a\n# ///\n",
            "# /// script\n# ///\n",
            "# /// script \n# a\n# ///\n",
            "#/// script\n# a\n# ///\n",
            " # /// script\n # a\n # ///\n",
            "# /// scripts\n# a\n# ///\n",
            "# /// script\n# a\n# /// \n",
            "x = '''\n# /// script'''\n# a\n# ///\n",
            "",
        ] {
            assert_eq!(blocks(text), [""; 0], "{text:?}");
        }
        // One that is not closed does not keep the next from being one.
        assert_eq!(
            blocks("# /// script\n# a\n\n# /// script\n# b\n# ///"),
            ["b\n"]
        );
    }

    #[test]
    fn all_blocks_are_found() {
        let twice = EXAMPLE.repeat(2);
        assert_eq!(blocks(&twice).len(), 2);
    }
}
