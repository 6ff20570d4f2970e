//! The bytes of a Python file -> its inline script metadata block.
//!
//! Follows the reference expression of PEP 723 (now a packaging specification) to the letter: anything that is almost a
//! block is a comment. CRLF and a byte order mark are allowed, as a Python that reads the file as text sees neither.

use memchr::memmem;

/// The first line of a block.
const OPENING: &[u8] = b"# /// script";

/// The last line.
const CLOSING: &[u8] = b"# ///";

/// A block of the type `script`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The TOML in it, without the comment signs.
    pub content: Vec<u8>,
    /// The number of its first line in the file.
    pub line: usize,
}

impl Block {
    /// Whether it may list dependencies or a Python version. A quick check: only false is certain.
    pub(super) fn has_requirement_keys(&self) -> bool {
        let keys: [&[u8]; 2] = [b"dependencies", b"requires-python"];
        keys.iter()
            .any(|key| memmem::find(&self.content, key).is_some())
    }
}

/// All blocks of the type `script`. The specification allows one.
pub(super) fn find_blocks(text: &[u8]) -> Vec<Block> {
    // Almost every file returns here.
    if memmem::find(text, OPENING).is_none() {
        return Vec::new();
    }
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let lines = text.split(|byte| *byte == b'\n');
    let lines: Vec<_> = lines
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .collect();
    let (mut blocks, mut at) = (Vec::new(), 0);
    while at < lines.len() {
        let start = at + 1;
        let length = is_opening(lines[at]).then(|| count_content_lines(&lines[start..]));
        let Some(length) = length.flatten() else {
            at = start;
            continue;
        };
        let end = start + length;
        if lines[at] == OPENING {
            blocks.push(Block {
                content: strip_comment_signs(&lines[start..end]),
                line: start + 1,
            });
        }
        at = end + 1;
    }
    blocks
}

/// `# /// TYPE`
fn is_opening(line: &[u8]) -> bool {
    let kind = line.strip_prefix(b"# /// ").unwrap_or_default();
    let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    !kind.is_empty() && kind.iter().all(is_allowed)
}

/// The number of lines in a block, given the lines after its first. The last `# ///` of the comment ends it; without
/// one, or with nothing before it, there is no block.
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
    fn the_content_of_a_block_has_no_comment_signs() {
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
        // An opening line in another block is content.
        assert_eq!(blocks("# /// other\n# /// script\n# a\n# ///\n"), [""; 0]);
        let two = "# /// other\n# a\n# ///\n\n# /// script\n# b\n# ///\n";
        assert_eq!(blocks(two), ["b\n"]);
    }

    #[test]
    fn what_is_almost_a_block_is_a_comment() {
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
        // An unclosed block does not hide the next one.
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
