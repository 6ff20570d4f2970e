//! A text, a path, the path that it is now -> the same text with each mention of the one made one of the
//! other, quoted as the text quotes it there.

use crate::quote::{shlex_escape, shlex_quote};

/// How a language puts a path into quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathQuoting {
    /// There are none: a mention is the bare path.
    Bare,
    /// As POSIX shells do it.
    Shell,
    /// As fish does it: as the others, but that a backquote is nothing to it.
    Fish,
    /// As csh does it: between double quotes there is no way to keep a `$` as it is.
    Csh,
    /// As Python does it.
    Python,
    /// As in a URL: what is not plain is %-escaped (RFC 3986).
    Url,
}

/// `text` with every mention of `old` replaced by `new`; None where there is none. A mention ends where the
/// path does: `/a/old` is none in `/a/older`, but one in `/a/old/bin`.
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
        context = context.advance(before);
        result.extend_from_slice(before);
        let ends = from.get(length).is_none_or(|byte| !is_name_byte(*byte));
        let starts = before
            .last()
            .or(result.last())
            .is_none_or(|byte| !is_name_byte(*byte));
        let mention = &from[..length];
        if starts && ends {
            result.extend_from_slice(&quote_path(new, quoting, context));
        } else {
            result.extend_from_slice(mention);
        }
        context = context.advance(mention);
        rest = &from[length..];
    }
    result.extend_from_slice(rest);
    (result != text).then_some(result)
}

/// Which quotes are open at a place in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum QuoteContext {
    #[default]
    Unquoted,
    Quoted(u8),
}

impl QuoteContext {
    fn advance(self, text: &[u8]) -> QuoteContext {
        let mut context = self;
        for byte in text {
            context = match (context, byte) {
                // No path in quotes goes over a line's end here, but an apostrophe in a comment may open one.
                (_, b'\n') => QuoteContext::Unquoted,
                (QuoteContext::Unquoted, b'\'' | b'"') => QuoteContext::Quoted(*byte),
                (QuoteContext::Quoted(quote), byte) if quote == *byte => QuoteContext::Unquoted,
                (context, _) => context,
            };
        }
        context
    }
}

/// The ways in which a text may spell `path`, the longest first.
fn quoted_forms(path: &[u8], quoting: PathQuoting) -> Vec<Vec<u8>> {
    let contexts = [
        QuoteContext::Unquoted,
        QuoteContext::Quoted(b'\''),
        QuoteContext::Quoted(b'"'),
    ];
    let mut forms: Vec<_> = contexts
        .map(|context| quote_path(path, quoting, context))
        .into();
    forms.push(path.to_owned());
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
    forms
}

/// The next place in `text` where one of `forms` stands, and how long that is.
fn next_match(text: &[u8], forms: &[Vec<u8>]) -> Option<(usize, usize)> {
    let find = |form: &Vec<u8>| {
        let at = text.windows(form.len()).position(|part| part == form)?;
        Some((at, form.len()))
    };
    forms
        .iter()
        .filter_map(find)
        .min_by_key(|(at, length)| (*at, std::cmp::Reverse(*length)))
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-".contains(&byte) || byte >= 0x80
}

fn quote_path(path: &[u8], quoting: PathQuoting, context: QuoteContext) -> Vec<u8> {
    let escaped = |special: &[u8]| -> Vec<u8> {
        let escape = |byte: &u8| special.contains(byte).then_some(b'\\');
        let both = |byte: &u8| escape(byte).into_iter().chain([*byte]);
        path.iter().flat_map(both).collect()
    };
    match (quoting, context) {
        (PathQuoting::Bare, _) => path.to_owned(),
        (PathQuoting::Url, _) => percent_encode(path),
        (PathQuoting::Fish, QuoteContext::Quoted(b'"')) => escaped(b"\"$\\"),
        (PathQuoting::Csh, QuoteContext::Quoted(b'"'))
            if path.iter().all(|byte| !b"$`\"\\!".contains(byte)) =>
        {
            path.to_owned()
        }
        (PathQuoting::Csh, QuoteContext::Quoted(b'"')) => {
            [b"\"'", &shlex_escape(path)[..], b"'\""].concat()
        }
        (PathQuoting::Shell, QuoteContext::Quoted(b'"')) => escaped(b"\"$`\\"),
        (PathQuoting::Shell | PathQuoting::Fish | PathQuoting::Csh, QuoteContext::Quoted(_)) => {
            shlex_escape(path)
        }
        (PathQuoting::Shell | PathQuoting::Fish | PathQuoting::Csh, QuoteContext::Unquoted) => {
            shlex_quote(path)
        }
        (PathQuoting::Python, QuoteContext::Quoted(b'"')) => escaped(b"\"\\"),
        (PathQuoting::Python, _) => escaped(b"'\\"),
    }
}

fn percent_encode(path: &[u8]) -> Vec<u8> {
    let encoded = |byte: &u8| match byte {
        byte if byte.is_ascii_alphanumeric() || b"_.-~/".contains(byte) => vec![*byte],
        byte => format!("%{byte:02X}").into_bytes(),
    };
    path.iter().flat_map(encoded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, (old, new): (&str, &str), quoting: PathQuoting, expected: Option<&str>) {
        let found = replace_path(text.as_bytes(), old.as_bytes(), new.as_bytes(), quoting);
        let found = found.map(|bytes| String::from_utf8(bytes).expect("UTF-8"));
        assert_eq!(found.as_deref(), expected, "{text}");
    }

    #[test]
    fn a_mention_is_a_whole_path_or_its_beginning() {
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
    fn a_shells_quotes_are_kept_or_put_where_they_are_needed() {
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
        let awkward = ("/it's old", "/new");
        check(
            "V='/it'\"'\"'s old'\n",
            awkward,
            PathQuoting::Shell,
            Some("V=/new\n"),
        );
    }

    #[test]
    fn csh_has_a_dollar_between_single_quotes_only() {
        let there = ("/a/old", "/it's $1");
        let quoted = "setenv V \"\"'/it'\"'\"'s $1/bin'\"\"\n";
        check(
            "setenv V \"/a/old/bin\"\n",
            there,
            PathQuoting::Csh,
            Some("setenv V \"\"'/it'\"'\"'s $1'\"/bin\"\n"),
        );
        let back = ("/it's $1/bin", "/b");
        check(quoted, back, PathQuoting::Csh, Some("setenv V \"/b\"\n"));
    }

    #[test]
    fn python_and_urls_are_spelt_by_their_own_rules() {
        let paths = ("/a/old", "/it's\\new");
        check(
            "M = {'a': '/a/old/a'}",
            paths,
            PathQuoting::Python,
            Some("M = {'a': '/it\\'s\\\\new/a'}"),
        );
        check(
            "M = {\"a\": \"/a/old\"}",
            paths,
            PathQuoting::Python,
            Some("M = {\"a\": \"/it's\\\\new\"}"),
        );
        let paths = ("/my old", "/my new");
        check(
            "\"file:///my%20old/x\"",
            paths,
            PathQuoting::Url,
            Some("\"file:///my%20new/x\""),
        );
    }
}
