//! What an installer's failure is about: an index that does not answer, a login, the Python. pip and uv say it in their
//! own words, vrun in one line, with the command that helps.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use crate::project::Project;
use crate::pythons;
use crate::wheels::{ANY, VERSIONS, app, installers, versions, wheel};

/// A project whose index is at this URL.
fn with_index(installer: &str, url: &str) -> Project {
    app(installer)
        .file("app/requirements.txt", "alpha\n")
        .var("PIP_NO_INDEX", "0")
        .var("PIP_FIND_LINKS", "")
        .var("PIP_INDEX_URL", url)
        .var("PIP_RETRIES", "0")
        .var("UV_OFFLINE", "0")
        .var("UV_FIND_LINKS", "")
        .var("UV_HTTP_RETRIES", "0")
        .var("UV_INDEX_URL", url)
}

/// An index that answers everything with this status, as long as the tests run.
fn index(status: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let _ = stream.read(&mut [0; 4096]);
            let login = "WWW-Authenticate: Basic realm=\"x\"\r\n";
            let answer = format!(
                "HTTP/1.1 {status}\r\n{login}Content-Length: 0\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://127.0.0.1:{port}/simple")
}

#[test]
fn an_index_that_does_not_answer_is_named_and_tried_again() {
    for installer in installers() {
        for (url, why) in [
            (
                "http://127.0.0.1:9/simple".to_owned(),
                "127.0.0.1:9 cannot be reached: the connection is refused",
            ),
            (
                "https://index.not-there.invalid/simple".to_owned(),
                "index.not-there.invalid cannot be reached: there is no host of that name (DNS)",
            ),
            (
                index("503 Service Unavailable"),
                " cannot be reached: the server has an error",
            ),
        ] {
            let project = with_index(installer, &url);
            let failed = versions(&project).code(125).says(&[
                "vrun: cannot install requirements.txt into ",
                why,
                "\n  hint: the next command tries again; ",
            ]);
            assert!(!failed.stderr.contains("No matching"), "{failed}");
            // It answers.
            let links = project.path("links");
            let project = project
                .var("PIP_NO_INDEX", "1")
                .var("PIP_FIND_LINKS", &links)
                .var("UV_OFFLINE", "1")
                .var("UV_FIND_LINKS", &links);
            versions(&project).code(0).stdout("alpha 2.0");
        }
    }
}

#[test]
fn a_failure_for_want_of_pip_is_forgotten_once_there_is_one() {
    let project = app("pip").file("app/requirements.txt", "alpha==1.0\n");
    project
        .run(["--create", "--without-pip", "--no-install"])
        .code(0);
    project.run(["--sync"]).code(125).says(&["it has no pip"]);
    let said = ["vrun: requirements.txt is not installed ("];
    project.run(["python", "-c", ""]).code(0).says(&said);
    project
        .run(["--no-install", "python", "-m", "ensurepip"])
        .code(0);
    versions(&project).code(0).stdout("alpha 1.0");
    assert_eq!(versions(&project).code(0).stderr, "");
}

#[test]
fn a_pip_that_does_not_run_is_not_called_missing() {
    let project = app("pip").file("app/requirements.txt", "alpha==1.0\n");
    project.run(["--create", "--no-install"]).code(0);
    let break_pip = "import pip._internal.cli as cli, shutil; shutil.rmtree(cli.__path__[0])";
    project
        .run(["--no-install", "python", "-c", break_pip])
        .code(0);
    project.run(["--sync"]).code(125).says(&[
        "cause: its pip does not run: ModuleNotFoundError: No module named 'pip._internal.cli'",
        "get-pip.py` reinstalls pip",
    ]);
}

#[test]
fn what_pip_says_of_a_failure_is_said_once() {
    let project = app("pip").file("app/requirements.txt", "alpha==3.0\n");
    let failed = versions(&project).code(125);
    for line in [
        "Could not find a version that satisfies",
        "No matching distribution",
    ] {
        assert_eq!(failed.stderr.matches(line).count(), 1, "{failed}");
    }
}

#[test]
fn an_index_that_wants_a_login_is_named() {
    for installer in installers() {
        for status in ["401 Unauthorized", "403 Forbidden"] {
            let url = index(status);
            let host = url
                .trim_end_matches("/simple")
                .trim_start_matches("http://");
            let project = with_index(installer, &url);
            let failed = versions(&project).code(125);
            failed.says(&[
                "  cause: ",
                host,
                "\n  hint: a login goes in ~/.netrc, a keyring or the URL of the index; then `vrun --sync`",
            ]);
            let next = project.run(["python", "-c", ""]);
            next.says(&["vrun: requirements.txt is not installed (", host]);
        }
    }
}

/// A project with a Python that gamma 1.0 has no wheel for, and an older one that it has.
fn for_the_older(installer: &str) -> Option<Project> {
    let (old, new) = pythons::two()?;
    let (_, minor, _) = old.version;
    let project = app(installer)
        .python(&format!("python{}", old.short()), old)
        .file("app/requirements.txt", "gamma==1.0\n");
    assert_eq!(pythons::newest().short(), new.short());
    wheel(&project, &["gamma", "1.0", &format!("cp3{minor}-none-any")]);
    wheel(&project, &["gamma", "2.0", ANY]);
    Some(project)
}

#[test]
fn a_python_that_nobody_asked_for_is_exchanged_once() {
    for installer in installers() {
        let Some(project) = for_the_older(installer) else {
            return;
        };
        let (old, new) = pythons::two().expect("two");
        let code = format!("{VERSIONS}import sys; print('%d.%d' % sys.version_info[:2])");
        let first = project.run(["python", "-c", &code]).code(0);
        let first = first.stdout(&format!("gamma 1.0\n{}", old.short()));
        let first = first.says(&[&format!(
            "vrun: gamma 1.0 has wheels for Python {}, and this is Python {}: recreating ",
            old.short(),
            new.short()
        )]);
        assert_eq!(first.stderr.matches("recreating").count(), 1, "{first}");
        assert_eq!(versions(&project).code(0).stderr, "");
    }
}

#[test]
fn a_python_that_was_asked_for_stays_and_the_error_names_another() {
    let Some(project) = for_the_older("pip") else {
        return;
    };
    let (old, new) = pythons::two().expect("two");
    let project = project.file("app/.python-version", &new.short());
    let hint = format!(
        "`vrun --create --clear -p {}` recreates it with that Python",
        old.short()
    );
    let failed = versions(&project).code(125);
    failed.says(&["cause: gamma 1.0 has wheels for Python ", &hint]);
    let next = project.run(["python", "-c", ""]).code(0);
    next.says(&["vrun: requirements.txt is not installed (gamma 1.0 has wheels for Python "]);
    let doctor = project.run(["--doctor"]).code(1);
    assert!(doctor.stdout.contains(&hint), "{doctor}");
    // Nothing was ever installed there, so nothing is lost.
    let python = old.short();
    let other = project.run(["-p", &python, "python", "-c", VERSIONS]);
    other.code(0).stdout("gamma 1.0");
    // Now there is.
    let mismatch = project.run(["-p", &new.short(), "python", "-V"]).code(125);
    mismatch.says(&["but --python asks for"]);
}

#[test]
fn a_project_that_requires_another_python_says_so() {
    let Some((old, new)) = pythons::two() else {
        return;
    };
    let (_, minor, _) = new.version;
    // uv does not look at it for a wheel in a directory.
    let project = app("pip")
        .python(&format!("python{}", old.short()), old)
        .file("app/requirements.txt", "gamma\n");
    let requires = format!("alpha\nRequires-Python: <3.{minor}");
    wheel(&project, &["gamma", "1.0", ANY, &requires]);
    versions(&project).code(0).says(&[&format!(
        "requires Python <3.{minor}, and this is Python 3.{minor}: recreating "
    )]);
}
