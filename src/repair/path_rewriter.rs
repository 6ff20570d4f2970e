//! A text, an old and a new path -> the text with the new path for each occurrence of the old one, quoted as in the text.

use memchr::memmem;

use crate::quote::{percent_encode, shlex_escape, shlex_quote};

/// How a language quotes a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathQuoting {
    /// Not at all.
    Bare,
    /// As POSIX shells do.
    Shell,
    /// As fish does: like the others, but a backquote is not special.
    Fish,
    /// As csh does: nothing keeps a `$` from being expanded between double quotes.
    Csh,
    /// As Python does.
    Python,
    /// As in a URL: percent-encoded (RFC 3986).
    Url,
}

/// `text` with `new` for every occurrence of `old`; None if there is none. Only whole path components match: `/a/old` does
/// in `/a/old/bin`, but not in `/a/older`.
pub(super) fn replace_path(
    text: &[u8],
    old: &[u8],
    new: &[u8],
    quoting: PathQuoting,
) -> Option<Vec<u8>> {
    let mut result = Vec::with_capacity(text.len());
    let (mut rest, mut context) = (text, QuoteContext::default());
    let forms = quoted_forms(old, quoting);
    while let Some((at, length)) = next_match(rest, &forms) {
        let (before, from) = rest.split_at(at);
        let (occurrence, after) = from.split_at(length);
        context = context.advance(before);
        result.extend_from_slice(before);
        let is_name_part = |byte: Option<&u8>| byte.is_some_and(|byte| is_name_byte(*byte));
        if is_name_part(result.last()) || is_name_part(after.first()) {
            result.extend_from_slice(occurrence);
        } else {
            result.extend_from_slice(&quote_path(new, quoting, context));
        }
        context = context.advance(occurrence);
        rest = after;
    }
    result.extend_from_slice(rest);
    (result != text).then_some(result)
}

/// Which quotes are open at a position in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum QuoteContext {
    #[default]
    Unquoted,
    Quoted(u8),
}

impl QuoteContext {
    fn advance(self, text: &[u8]) -> QuoteContext {
        text.iter()
            .fold(self, |context, byte| match (context, byte) {
                // No quoted path spans lines, but an apostrophe in a comment may open a quote.
                (_, b'\n') => QuoteContext::Unquoted,
                (QuoteContext::Unquoted, b'\'' | b'"') => QuoteContext::Quoted(*byte),
                (QuoteContext::Quoted(quote), byte) if quote == *byte => QuoteContext::Unquoted,
                (context, _) => context,
            })
    }
}

/// The ways in which a text may spell `path`, the longest first.
fn quoted_forms(path: &[u8], quoting: PathQuoting) -> Vec<Vec<u8>> {
    let contexts = [
        QuoteContext::Unquoted,
        QuoteContext::Quoted(b'\''),
        QuoteContext::Quoted(b'"'),
    ];
    let quoted = contexts.map(|context| quote_path(path, quoting, context));
    let mut forms = Vec::from(quoted);
    forms.push(path.to_owned());
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
    forms
}

/// Where one of `forms` occurs next in `text`, and its length.
fn next_match(text: &[u8], forms: &[Vec<u8>]) -> Option<(usize, usize)> {
    let matches = forms
        .iter()
        .filter_map(|form| Some((memmem::find(text, form)?, form.len())));
    matches.min_by_key(|(at, length)| (*at, std::cmp::Reverse(*length)))
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-".contains(&byte) || byte >= 0x80
}

fn quote_path(path: &[u8], quoting: PathQuoting, context: QuoteContext) -> Vec<u8> {
    use PathQuoting::{Bare, Csh, Fish, Python, Shell, Url};
    let has_any = |special: &[u8]| path.iter().any(|byte| special.contains(byte));
    let escaped = |special: &[u8]| -> Vec<u8> {
        let escape = |byte: &u8| special.contains(byte).then_some(b'\\');
        let bytes = path.iter();
        bytes
            .flat_map(|byte| escape(byte).into_iter().chain([*byte]))
            .collect()
    };
    match (quoting, context) {
        (Bare, _) => path.to_owned(),
        (Url, _) => {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-~/".contains(&byte);
            if path.starts_with(b"/") {
                return percent_encode(path, is_plain).into_bytes();
            }
            // `file:///C:/old` and `file://server/old`.
            let separator = |byte: &u8| if *byte == b'\\' { b'/' } else { *byte };
            let path: Vec<u8> = path.iter().map(separator).collect();
            percent_encode(&path, |byte| is_plain(byte) || byte == b':').into_bytes()
        }
        (Python, QuoteContext::Quoted(b'"')) => escaped(b"\"\\"),
        (Python, _) => escaped(b"'\\"),
        (Shell, QuoteContext::Quoted(b'"')) => escaped(b"\"$`\\"),
        (Fish, QuoteContext::Quoted(b'"')) => escaped(b"\"$\\"),
        (Csh, QuoteContext::Quoted(b'"')) if !has_any(b"$`\"\\!") => path.to_owned(),
        (Csh, QuoteContext::Quoted(b'"')) => [b"\"'", &shlex_escape(path)[..], b"'\""].concat(),
        (_, QuoteContext::Quoted(_)) => shlex_escape(path),
        (_, QuoteContext::Unquoted) => shlex_quote(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;

    #[track_caller]
    fn check(text: &str, (old, new): (&str, &str), quoting: PathQuoting, expected: Option<&str>) {
        let found = replace_path(text.as_bytes(), old.as_bytes(), new.as_bytes(), quoting);
        let found = found.map(|bytes| String::from_utf8(bytes).expect("UTF-8"));
        assert_eq!(found.as_deref(), expected, "{text}");
    }

    #[test]
    fn only_whole_components_match() {
        let paths = ("/a/old", "/b");
        for (text, expected) in [
            ("/a/old", Some("/b")),
            ("/a/old/bin:/a/old", Some("/b/bin:/b")),
            ("x = /a/old\n", Some("x = /b\n")),
            ("/a/older /a/old-1 /a/old.d /x/a/old", None),
            ("", None),
        ] {
            check(text, paths, PathQuoting::Bare, expected);
        }
    }

    #[test]
    fn shell_quotes_are_kept_or_added() {
        let plain = ("/a/old", "/my new/it's $1");
        for (text, expected) in [
            ("V=/a/old\n", "V='/my new/it'\"'\"'s $1'\n"),
            ("V='/a/old'\n", "V='/my new/it'\"'\"'s $1'\n"),
            ("V=\"/a/old\"\n", "V=\"/my new/it's \\$1\"\n"),
            (
                "# don't\nV='/a/old/bin'\n",
                "# don't\nV='/my new/it'\"'\"'s $1/bin'\n",
            ),
        ] {
            check(text, plain, PathQuoting::Shell, Some(expected));
        }
        let back = ("/it's old", "/new");
        let text = "V='/it'\"'\"'s old'\n";
        check(text, back, PathQuoting::Shell, Some("V=/new\n"));
    }

    #[test]
    fn csh_has_dollars_in_single_quotes_only() {
        let to = ("/a/old", "/it's $1");
        let quoted = "setenv V \"\"'/it'\"'\"'s $1/bin'\"\"\n";
        check(
            "setenv V \"/a/old/bin\"\n",
            to,
            PathQuoting::Csh,
            Some("setenv V \"\"'/it'\"'\"'s $1'\"/bin\"\n"),
        );
        let back = ("/it's $1/bin", "/b");
        check(quoted, back, PathQuoting::Csh, Some("setenv V \"/b\"\n"));
    }

    #[test]
    fn python_and_urls_have_their_own_quoting() {
        let paths = ("/a/old", "/it's\\new");
        for (text, expected) in [
            ("M = {'a': '/a/old/a'}", "M = {'a': '/it\\'s\\\\new/a'}"),
            ("M = {\"a\": \"/a/old\"}", "M = {\"a\": \"/it's\\\\new\"}"),
        ] {
            check(text, paths, PathQuoting::Python, Some(expected));
        }
        let (text, expected) = ("\"file:///my%20old/x\"", "\"file:///my%20new/x\"");
        let paths = ("/my old", "/my new");
        check(text, paths, PathQuoting::Url, Some(expected));
        let (text, expected) = ("file:///C:/my%20old/x", "file:///D:/new/it/x");
        let paths = (r"C:\my old", r"D:\new\it");
        check(text, paths, PathQuoting::Url, Some(expected));
    }

    #[test]
    fn any_text_has_its_paths_replaced_for_good() {
        let (old, new) = (b"/home/ada/old", b"/srv/it's new");
        fuzz("activation", 2000, |bytes| {
            for quoting in [
                PathQuoting::Bare,
                PathQuoting::Shell,
                PathQuoting::Fish,
                PathQuoting::Csh,
                PathQuoting::Python,
                PathQuoting::Url,
            ] {
                if let Some(text) = replace_path(bytes, old, new, quoting) {
                    assert_eq!(replace_path(&text, old, new, quoting), None, "{quoting:?}");
                }
            }
        });
    }
}
