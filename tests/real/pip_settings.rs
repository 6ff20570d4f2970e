//! How pip is configured counts for uv too: no index of a company's is passed by.

use std::fs;

use crate::project::{Outcome, Project, tell};
use crate::wheels::{ANY, VERSIONS, index, uv, wheel};

/// A project with uv on PATH, unless there is none.
fn project() -> Option<Project> {
    let Some(uv) = uv() else {
        tell("not tested: uv, of which there is none, and pip gets none");
        return None;
    };
    let project = Project::with_python().link("bin/uv", uv);
    Some(project.file("app/requirements.txt", "alpha\n"))
}

fn versions(project: &Project) -> Outcome {
    project.run(["-v", "python", "-c", VERSIONS]).code(0)
}

const BY_UV: &[&str] = &["installing requirements.txt with uv"];
const BY_PIP: &[&str] = &["installing requirements.txt with pip"];

#[test]
fn uv_installs_from_pips_index_wherever_that_is_set() {
    for way in ["variable", "user", "named", "old", "environment"] {
        let Some(project) = project() else { return };
        let index = index(&project, "index", &[["alpha", "1.0"]]);
        let text = format!("[global]\nindex-url = {}\n", index.url);
        let project = match way {
            "variable" => project.var("PIP_INDEX_URL", &index.url),
            "user" => project.file("home/.config/pip/pip.conf", &text),
            "old" => project.file("home/.pip/pip.conf", &text),
            "named" => {
                let file = project.path("pip.conf");
                project.file("pip.conf", &text).var("PIP_CONFIG_FILE", file)
            }
            _ => {
                project.run(["--create", "--no-install"]).code(0);
                let project = project.file("app/.venv/pip.conf", &text);
                project.run(["-v", "--sync"]).code(0).says(BY_UV);
                versions(&project).stdout("alpha 1.0");
                continue;
            }
        };
        versions(&project).stdout("alpha 1.0").says(BY_UV);
    }
}

#[test]
fn the_best_version_of_all_indexes_is_taken_as_by_pip() {
    for in_file in [true, false] {
        let Some(project) = project() else { return };
        let main = index(&project, "index", &[["alpha", "2.0"], ["beta", "1.0"]]);
        let extra = index(&project, "extra", &[["alpha", "1.0"], ["gamma", "1.0"]]);
        let list = "alpha==2.0\nbeta\ngamma\n";
        let text = format!("--extra-index-url {}\n{list}", extra.url);
        let project = match in_file {
            true => project.file("app/requirements.txt", &text),
            false => project
                .file("app/requirements.txt", list)
                .var("PIP_EXTRA_INDEX_URL", &extra.url),
        };
        let project = project.var("PIP_INDEX_URL", &main.url);
        let first = versions(&project).stdout("alpha 2.0\nbeta 1.0\ngamma 1.0");
        first.says(BY_UV);
    }
}

#[test]
fn pips_directories_of_wheels_are_uvs_too() {
    let Some(project) = project() else { return };
    wheel(&project, &["alpha", "1.0", ANY]);
    let links = format!("{} /not/there", project.path("links").display());
    let project = project
        .var("PIP_FIND_LINKS", links)
        .var("PIP_NO_INDEX", "true");
    versions(&project).stdout("alpha 1.0").says(BY_UV);
}

#[test]
fn pip_installs_where_uv_has_no_such_setting() {
    let Some(project) = project() else { return };
    let index = index(&project, "index", &[["alpha", "1.0"], ["alpha", "2.0"]]);
    let constraints = project.path("c.txt");
    let project = project
        .file("c.txt", "alpha<2\n")
        .var("PIP_INDEX_URL", &index.url)
        .var("PIP_CONSTRAINT", constraints);
    versions(&project).stdout("alpha 1.0").says(BY_PIP);
    let unread = ["vrun: uv does not read PIP_CONSTRAINT as pip does\n"];
    let without_pip = ["--create", "--clear", "--without-pip"];
    project.run(without_pip).code(0);
    project.run(["--sync"]).code(0).says(&unread);
    let project = project.var("VRUN_INSTALLER", "uv");
    let synced = project.run(["-v", "--sync"]).code(0).says(BY_UV);
    synced.says(&unread);
}

#[test]
fn uv_keeps_to_its_own_index_if_one_is_set() {
    let Some(project) = project() else { return };
    let pips = index(&project, "pips", &[["alpha", "1.0"]]);
    let uvs = index(&project, "uvs", &[["alpha", "2.0"]]);
    let text = format!("[[index]]\nurl = '{}'\ndefault = true\n", uvs.url);
    let project = project
        .var("PIP_INDEX_URL", &pips.url)
        .file("home/.config/uv/uv.toml", &text);
    versions(&project).stdout("alpha 2.0").says(BY_UV);
}

#[test]
fn pip_installs_a_file_that_uv_reads_in_another_way() {
    for (text, expected) in [
        ("alpha==${ALPHA}\n", "alpha 1.0"),
        ("alpha --config-settings=a=b\n", "alpha 2.0"),
        ("-r other.txt\n", "alpha 2.0"),
        ("--trusted-host example.org\nalpha<2\n", "alpha 1.0"),
        ("--index-url [OTHER]\nalpha\n", "alpha 1.0"),
    ] {
        let Some(project) = project() else { return };
        let main = index(&project, "index", &[["alpha", "1.0"], ["alpha", "2.0"]]);
        let other = index(&project, "other", &[["alpha", "1.0"]]);
        let project = project
            .file("app/requirements.txt", &text.replace("[OTHER]", &other.url))
            .var("PIP_INDEX_URL", &main.url)
            .var("ALPHA", "1.0");
        let latin_1 = b"# -*- coding: latin-1 -*-\nalpha # \xe9\n";
        fs::write(project.path("app/other.txt"), latin_1).expect("a file");
        versions(&project).stdout(expected).says(BY_PIP);
    }
}

#[test]
fn a_manifest_that_names_an_index_in_place_of_pypi_is_installed_from_it() {
    for installer in ["pip", "uv"] {
        let Some(project) = project() else { return };
        fs::remove_file(project.path("app/requirements.txt")).expect("a file");
        let own = index(&project, "own", &[["alpha", "1.0"], ["gamma", "1.0"]]);
        let other = index(&project, "other", &[["alpha", "2.0"]]);
        let project = project
            .var("VRUN_INSTALLER", installer)
            .var("PIP_INDEX_URL", &other.url)
            .var(
                "PORT_OF_CORP",
                own.url.trim_start_matches("http://127.0.0.1:"),
            );
        let pipfile = "[[source]]\nname = 'corp'\nurl = 'http://127.0.0.1:${PORT_OF_CORP}'\n\
                       [packages]\nalpha = {version = '*', index = 'corp'}\n";
        let project = project.file("app/Pipfile", pipfile);
        versions(&project).stdout("alpha 1.0");
        fs::remove_dir_all(project.path("app/.venv")).expect("an environment");
        let poetry = format!(
            "[tool.poetry]\npackage-mode = false\n[[tool.poetry.source]]\nname = 'corp'\nurl = '{}'\n\
             [tool.poetry.dependencies]\nalpha = '*'\ngamma = {{version = '*', optional = true}}\n\
             [tool.poetry.extras]\nmore = ['gamma']\n",
            own.url
        );
        let project = project.file("app/pyproject.toml", &poetry);
        let named = project.run(["--extra", "more", "python", "-c", VERSIONS]);
        named.code(0).stdout("alpha 1.0\ngamma 1.0");
    }
}
