//! The output of a failed installer -> the index that it could not reach, or that refuses access.
//!
//! uv says it. pip only says with `-vv` why it found no version of a package (measured: 18.1 to 26.1).

use crate::quote::printable;

/// What is wrong with an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum IndexFailure {
    /// It cannot be reached now; a later run may.
    Unreachable(String),
    /// No index, but a repository that one requirement names.
    RepositoryUnreachable(String),
    /// It wants a login, or another one.
    AccessDenied(String),
}

/// Why an index cannot be reached, in the words of pip, uv, git and their libraries.
const REASONS: [(&[&str], &str); 6] = [
    (
        &["onnection refused", "actively refused"],
        "the connection is refused",
    ),
    (
        &[
            "Name or service not known",
            "nodename nor servname",
            "name resolution",
            "getaddrinfo failed",
            "dns error",
            "Could not resolve host",
        ],
        "there is no host of that name (DNS)",
    ),
    (
        &["SSL", "certificate", "InvalidContentType"],
        "the secure connection (TLS) fails",
    ),
    (&["timed out", "Timeout"], "it does not answer in time"),
    (
        &["too many 5", "Server Error", "status server error"],
        "the server has an error",
    ),
    (
        &[
            "Max retries exceeded",
            "error sending request",
            "connection error",
        ],
        "the connection fails",
    ),
];

/// What is wrong with an index, if that is why the installer failed.
pub(super) fn find_index_failure(output: &str) -> Option<IndexFailure> {
    let lines = output.lines().map(str::trim);
    let accesses = lines.clone().filter_map(access_denied);
    login_prompt(output)
        .into_iter()
        .chain(accesses)
        .chain(lines.filter_map(|line| unreachable(line, output)))
        .next()
}

/// pip asks for a login, and gets no answer.
fn login_prompt(output: &str) -> Option<IndexFailure> {
    let asked = output.split("User for ").skip(1);
    let hosts = asked.filter_map(|rest| rest.lines().next()?.split(": ").next());
    // A traceback quotes pip's source too.
    let host = hosts.filter(|host| !host.contains('{')).last()?;
    let cause = format!("{} asks for a login", printable(host.trim_end_matches(':')));
    output
        .contains("EOFError")
        .then_some(IndexFailure::AccessDenied(cause))
}

fn access_denied(line: &str) -> Option<IndexFailure> {
    let statuses = [
        ("fatal: Authentication failed for '", "the login is wrong"),
        ("401 Error, Credentials not correct", "the login is wrong"),
        ("401 Client Error", "401 Unauthorized"),
        ("401 Unauthorized", "401 Unauthorized"),
        ("403 Client Error", "403 Forbidden"),
        ("403 Forbidden", "403 Forbidden"),
    ];
    let (_, status) = statuses.iter().find(|(words, _)| line.contains(words))?;
    let url = url_in(line)?;
    let cause = format!("{} refuses access: {status}", printable(without_login(url)));
    Some(IndexFailure::AccessDenied(cause))
}

fn unreachable(line: &str, output: &str) -> Option<IndexFailure> {
    let pip = line.starts_with("Could not fetch URL ");
    let uv = line.contains("Failed to fetch: ");
    let git = line.starts_with("fatal: unable to access ");
    // A download that has begun.
    let is_pool = line.contains("ConnectionPool(host=") && is_error(line);
    if !(pip || uv || git || is_pool) {
        return None;
    }
    // uv says what, and then why.
    let text = if uv { output } else { line };
    let is_reason = |words: &&str| text.contains(words);
    let (_, reason) = REASONS
        .iter()
        .find(|(words, _)| words.iter().any(is_reason))?;
    let host = url_in(line).map(host_of).or_else(|| pool_host(line))?;
    let cause = format!("{} cannot be reached: {reason}", printable(host));
    Some(match git {
        true => IndexFailure::RepositoryUnreachable(cause),
        false => IndexFailure::Unreachable(cause),
    })
}

fn is_error(line: &str) -> bool {
    let starts = ["ERROR: ", "Could not install packages", "pip._vendor."];
    starts.iter().any(|start| line.starts_with(start))
}

fn url_in(line: &str) -> Option<&str> {
    let at = ["https://", "http://"]
        .iter()
        .filter_map(|scheme| line.find(scheme));
    let url = &line[at.min()?..];
    let end = url.find([' ', '`', '\'', '"', ')']).unwrap_or(url.len());
    Some(url[..end].trim_end_matches([':', ',']))
}

/// The host and port of a URL.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or(rest);
    authority.rsplit('@').next().unwrap_or(authority)
}

fn without_login(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let path = rest.find('/').map_or("", |at| &rest[at..]);
    format!("{scheme}://{}{path}", host_of(url))
}

/// `h` of `HTTPSConnectionPool(host='h', port=443)`.
fn pool_host(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("ConnectionPool(host='")?;
    rest.split('\'').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pip_and_uv_say_of_an_index_is_understood() {
        use IndexFailure::{AccessDenied, Unreachable};
        let refused = "HTTPConnectionPool(host='127.0.0.1', port=9): Max retries exceeded with url: /simple/six/ (Caused by \
            NewConnectionError('<pip._vendor.urllib3.connection.HTTPConnection object at 0x7f>: Failed to establish a new \
            connection: [Errno 111] Connection refused'))";
        let unreachable = |text: &str| Some(Unreachable(text.to_owned()));
        for (output, expected) in [
            (
                format!("Could not fetch URL http://127.0.0.1:9/simple/six/: connection error: {refused} - skipping"),
                unreachable("127.0.0.1:9 cannot be reached: the connection is refused"),
            ),
            (
                format!("ERROR: Could not install packages due to an OSError: {refused}"),
                unreachable("127.0.0.1 cannot be reached: the connection is refused"),
            ),
            (
                "  Could not fetch URL https://u:p@x.invalid/simple/six/: There was a problem confirming the ssl \
                 certificate: X - skipping".to_owned(),
                unreachable("x.invalid cannot be reached: the secure connection (TLS) fails"),
            ),
            (
                "error: Request failed after 1 retry in 1.3s\n  cause: Failed to fetch: https://x.invalid/simple/six/\n  \
                 cause: client error (Connect)\n  cause: dns error\n".to_owned(),
                unreachable("x.invalid cannot be reached: there is no host of that name (DNS)"),
            ),
            (
                "error: Request failed\n  cause: Failed to fetch: http://h:1/simple/six/\n  cause: HTTP status server error \
                 (503 Service Unavailable) for url (http://h:1/simple/six/)".to_owned(),
                unreachable("h:1 cannot be reached: the server has an error"),
            ),
            (
                "Could not fetch URL http://u:p@h:1/simple/six/: 401 Client Error: Unauthorized for url: \
                 http://h:1/simple/six/ - skipping".to_owned(),
                Some(AccessDenied("http://h:1/simple/six/ refuses access: 401 Unauthorized".into())),
            ),
            (
                "WARNING: 401 Error, Credentials not correct for http://h:1/six/\nERROR: No matching distribution".to_owned(),
                Some(AccessDenied("http://h:1/six/ refuses access: the login is wrong".into())),
            ),
            (
                "hint: An index (http://h:1/simple) returned a 403 Forbidden error. Check it.".to_owned(),
                Some(AccessDenied("http://h:1/simple refuses access: 403 Forbidden".into())),
            ),
            (
                "Could not fetch URL http://h/simple/nope/: 404 Client Error: Not Found for url: http://h - skipping".to_owned(),
                None,
            ),
            (
                "User for h:1:\n  input(f\"User for {netloc}: \")\nEOFError\n".to_owned(),
                Some(AccessDenied("h:1 asks for a login".into())),
            ),
            (
                "  input(f'User for {netloc}: ')\nEOFError: EOF when reading a line\nUser for h:1: User for h:1: ".to_owned(),
                Some(AccessDenied("h:1 asks for a login".into())),
            ),
            (format!("WARNING: Retrying after connection broken by '{refused}'"), None),
            (
                "  fatal: unable to access 'https://h/x.git/': Could not resolve host: h".to_owned(),
                Some(IndexFailure::RepositoryUnreachable(
                    "h cannot be reached: there is no host of that name (DNS)".into(),
                )),
            ),
            ("error: Failed to build `x`\n  cause: SSL".to_owned(), None),
        ] {
            assert_eq!(find_index_failure(&output), expected, "{output}");
        }
    }
}
