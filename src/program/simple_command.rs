//! A shell's line -> its words, if nothing in it but blanks and quotes is special to a shell.
//!
//! Only what dash, bash, ksh and busybox all read alike; whatever is in doubt is left to the shell, which is right by
//! definition.

use std::ffi::{OsStr, OsString};

use crate::os;

/// Whether `shell` is known to read a simple line as this file does. zsh is not: ~/.zshenv may say anything.
pub(super) fn is_supported_shell(shell: &OsStr) -> bool {
    ["sh", "dash", "bash"].iter().any(|name| shell == *name) && os::SCRIPT_SHELL.is_some()
}

/// Variables that a shell acts on before it reads a line. BASH_ENV names a file of commands, SHELLOPTS and BASHOPTS set
/// options; the shell sets the others itself.
const SETUP_VARS: &str = "BASH_ENV SHELLOPTS BASHOPTS IFS OPTIND LINENO PPID";

/// Whether the variable `name` is one of them, or not valid in a shell: bash takes functions from such variables
/// (`BASH_FUNC_x%%`), and dash drops them.
pub(super) fn is_setup_var(name: &OsStr) -> bool {
    let is_name_byte = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let bytes = name.as_encoded_bytes();
    SETUP_VARS.split(' ').any(|var| name == var)
        || !bytes.iter().all(is_name_byte)
        || bytes.first().is_none_or(u8::is_ascii_digit)
}

/// The words of `line`. The first, the program, is neither quoted nor a builtin or keyword.
pub(super) fn parse_simple_command(line: &OsStr) -> Option<Vec<OsString>> {
    let text = line.to_str().filter(|text| is_simple(text))?;
    let words = shell_words::split(text).ok()?;
    let first = words.first()?;
    if BUILTINS_AND_KEYWORDS.split(' ').any(|word| word == first) {
        return None;
    }
    Some(words.into_iter().map(OsString::from).collect())
}

/// Whether `line` consists of words, blanks and quotes.
fn is_simple(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t']);
    let (program, rest) = line.split_at(line.find([' ', '\t']).unwrap_or(line.len()));
    is_program_word(program.as_bytes()) && has_simple_arguments(rest.as_bytes())
}

/// `pytest`, `python3.12`, `g++`, `./tool`, `2to3-3.9`
fn is_program_word(word: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./+-".contains(byte);
    word.iter().all(is_plain) && word.first().is_some_and(|byte| !b"+-".contains(byte))
}

fn has_simple_arguments(text: &[u8]) -> bool {
    let (mut quote, mut before) = (None, b' ');
    for byte in text {
        let is_literal = match quote {
            None if b"'\"".contains(byte) => {
                quote = Some(*byte);
                true
            }
            // zsh and some ksh look up what follows a `=` at the start of a word.
            None => is_literal_unquoted(*byte) && !(*byte == b'=' && b" \t".contains(&before)),
            Some(open) if open == *byte => {
                quote = None;
                true
            }
            Some(open) => is_literal_quoted(*byte, open),
        };
        if !is_literal {
            return false;
        }
        before = *byte;
    }
    quote.is_none()
}

fn is_literal_unquoted(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" \t_./,:@+%=-".contains(&byte)
}

fn is_literal_quoted(byte: u8, open: u8) -> bool {
    let is_printable = byte == b'\t' || (b' '..=b'~').contains(&byte);
    is_printable && (open == b'\'' || !b"$`\\!".contains(&byte))
}

/// Those of dash, busybox, bash, ksh, mksh and yash. echo, printf, test and others are programs too, and differ.
const BUILTINS_AND_KEYWORDS: &str = "\
    case coproc do done elif else esac fi for foreach function if in namespace repeat select then time until while \
    . .. alias bg break builtin cd chdir command continue declare echo eval exec exit export false fc fg getopts \
    hash jobs kill let local newgrp printf pwd read readonly return set shift shopt source test times trap true type \
    typeset ulimit umask unalias unset wait \
    alarm array autoload basename bind bindkey caller cat chmod cmp comm compgen complete compound compopt cp cut date \
    dirname dirs disown enable enum env expr fds float functions getconf global head help hist history id integer \
    join ln login logname logout mapfile mkdir mktemp mv nameref nohup poll popd print pushd r readarray realpath \
    redirect rename rm rmdir sleep stop stty suspend sync tail tee tty uname vmstate wc whence";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;

    #[test]
    fn a_line_is_simple_where_a_shell_sees_only_words_in_it() {
        for (line, words) in [
            ("pytest", "pytest"),
            (" \tpytest  -q\t", "pytest|-q"),
            (
                "ruff --fix=no a/b.py:1,2 x@y %d",
                "ruff|--fix=no|a/b.py:1,2|x@y|%d",
            ),
            (
                "pytest -k 'a and $b' \"x y\"z ''",
                "pytest|-k|a and $b|x yz|",
            ),
            ("pytest '\"' \"it's; #1 *\"", "pytest|\"|it's; #1 *"),
            ("./a.b/c A=1", "./a.b/c|A=1"),
            ("g++ if while", "g++|if|while"),
        ] {
            let words: Vec<_> = words.split('|').map(OsString::from).collect();
            assert_eq!(parse_simple_command(line.as_ref()), Some(words), "{line}");
        }
    }

    #[test]
    fn what_is_special_to_a_shell_is_left_to_it() {
        for sign in "|&;<>()$`\\*?[]#~{}!^".chars() {
            for line in [
                format!("a{sign}b"),
                format!("a {sign}"),
                format!("{sign} a"),
            ] {
                assert_eq!(parse_simple_command(line.as_ref()), None, "{line}");
            }
        }
        let lines = "|A=1 b|a\nb|a b\n|\na|a\r|a \r|a\x0bb|a 'b|a \"b|a \"$b\"|a \"`b`\"|a \"\\b\"|a \"!\"|a '\n'|'a'|a'b' c|\
            -a|+a|a =b|%1|a:b|caf\u{e9}|a caf\u{e9}|a '\u{e9}'|a\u{a0}b|cd x|echo|time a|if|.|whence";
        for line in lines.split('|') {
            assert_eq!(parse_simple_command(line.as_ref()), None, "{line:?}");
        }
    }

    #[test]
    fn variables_that_a_shell_acts_on_are_known() {
        for name in "BASH_ENV|SHELLOPTS|BASH_FUNC_pytest%%|a.b|1A||npm_config_//x".split('|') {
            assert!(is_setup_var(name.as_ref()), "{name}");
        }
        for name in ["PATH", "_", "npm_config_x", "A1", "ENV"] {
            assert!(!is_setup_var(name.as_ref()), "{name}");
        }
    }

    #[test]
    fn any_line_has_words_or_is_left_to_the_shell() {
        fuzz("shell_line", 3000, |bytes| {
            let line = OsString::from(String::from_utf8_lossy(bytes).into_owned());
            assert_ne!(parse_simple_command(&line), Some(Vec::new()));
        });
    }
}
