//! What is known of an environment -> lines for people, in columns.

use std::fmt::{Display, Write};
use std::path::Path;

use crate::introspect::{Caveat, PythonInfo, VersionSource};
use crate::quote::printable;
use crate::requirements::InstallStatus;

use super::model::{EnvDiff, EnvInfo, SearchContext, describe_unknown};

/// As many lines as it takes, the last one with its newline.
pub(crate) fn render_text(env: &EnvInfo<'_>, around: &SearchContext<'_>) -> String {
    let mut page = Columns::default();
    page.row("environment", printable(env.root));
    page.row("why", env.reason);
    search_rows(around, &mut page);
    if let Some(maker) = &env.creator {
        let version = maker.version.as_deref().unwrap_or_default();
        let made = format!("{} {}", maker.name, printable(version));
        page.row("made by", made.trim_end());
    }
    page.row("prompt", printable(&env.prompt));
    if let Ok(facts) = &env.python_info {
        python_rows(facts, &mut page);
    }
    if let Some(problem) = &env.problem {
        page.row("problem", &problem.message);
        page.rows("", problem.causes.iter().cloned());
        if let Some(other) = &problem.substitute {
            page.row(
                "stand-in",
                format!("{} runs in its place", printable(other)),
            );
        }
    }
    page.row("requirements", requirements_text(env.requirements.as_ref()));
    page.title("variables");
    variable_rows(&env.diff, &mut page);
    page.title("sys");
    match &env.python_info {
        Ok(facts) => sys_rows(facts, &mut page),
        Err(why) => page.row("not told", describe_unknown(why)),
    }
    page.0
}

fn search_rows(around: &SearchContext<'_>, page: &mut Columns) {
    if let Some(project) = around.project {
        page.row("project", printable(project));
    }
    let passed = around.skipped.iter();
    page.rows(
        "passed over",
        passed.map(|passed| format!("{}: {}", printable(&passed.path), passed.reason)),
    );
}

fn python_rows(facts: &PythonInfo, page: &mut Columns) {
    let by = match facts.version.source {
        VersionSource::Headers => "",
        VersionSource::PyvenvCfg => ", as pyvenv.cfg says",
        VersionSource::FileName => ", by its name",
    };
    let kind = facts.python.implementation;
    page.row(
        "python",
        format!("{kind} {}{by}", printable(&facts.version.number)),
    );
    page.row("interpreter", printable(&facts.python.file));
}

fn requirements_text(account: Option<&InstallStatus>) -> String {
    match account {
        None => "vrun has installed none here".to_owned(),
        Some(account) => match &account.shortfall {
            None => format!("{} is installed", printable(&account.file)),
            Some(lacking) => format!("{}: {}", lacking.description, lacking.fix),
        },
    }
}

fn variable_rows(change: &EnvDiff, page: &mut Columns) {
    for (name, value) in change.set.iter().filter(|(name, _)| *name != "PATH") {
        page.row(name, printable(value));
    }
    page.row("PATH", format!("first {}", printable(&change.path_first)));
    page.rows(
        "",
        change
            .path_removed
            .iter()
            .map(|entry| format!("without {}", printable(entry))),
    );
    for (name, was) in &change.unset {
        page.row(
            name,
            match was {
                Some(was) => format!("unset, was {}", printable(was)),
                None => "unset".to_owned(),
            },
        );
    }
}

fn sys_rows(facts: &PythonInfo, page: &mut Columns) {
    let yes_or_no = |is: bool| if is { "yes" } else { "no" };
    let paths: [(&str, &Path); 10] = [
        ("executable", &facts.executable),
        ("prefix", &facts.prefix),
        ("exec_prefix", &facts.exec_prefix),
        ("base_prefix", &facts.base_prefix),
        ("base_exec_prefix", &facts.base_exec_prefix),
        ("stdlib", &facts.install_paths.stdlib),
        ("purelib", &facts.install_paths.purelib),
        ("platlib", &facts.install_paths.platlib),
        ("scripts", &facts.install_paths.scripts),
        ("include", &facts.install_paths.include),
    ];
    for (name, path) in paths {
        page.row(name, printable(path));
    }
    page.rows("path", facts.path.iter().map(printable));
    page.row("system packages", yes_or_no(facts.has_system_site));
    page.row(
        "user packages",
        format!(
            "{}, {}",
            yes_or_no(facts.user.is_enabled),
            printable(&facts.user.site)
        ),
    );
    page.row("safe path", yes_or_no(facts.is_safe_path));
    page.rows("may differ", facts.caveats.iter().map(describe_caveat));
}

/// Why Python may say something else.
fn describe_caveat(caveat: &Caveat) -> String {
    match caveat {
        Caveat::ExecutedLine { file, line, text } => {
            let start: String = text.chars().take(Columns::MAX_CODE).collect();
            let more = if start.len() < text.len() { " ..." } else { "" };
            let start = printable(start.trim_end());
            format!(
                "{}, line {line}, is executed: {start}{more}",
                printable(file)
            )
        }
        Caveat::StartupModule(file) => format!("{} is executed", printable(file)),
        Caveat::Undecodable(file) => {
            format!(
                "{} is not in the encoding that Python expects",
                printable(file)
            )
        }
        Caveat::PthOverride(file) => format!("{} replaces sys.path", printable(file)),
        Caveat::BuildPrefix { home, prefix } => format!(
            "{} leads to no library; Python falls back on {}",
            printable(home),
            printable(prefix)
        ),
    }
}

/// Lines in two columns.
#[derive(Default)]
struct Columns(String);

impl Columns {
    const NAME_WIDTH: usize = 20;
    /// As much of a line of code as tells which it is.
    const MAX_CODE: usize = 60;

    fn title(&mut self, title: &str) {
        // Writing to a String does not fail.
        let _ = writeln!(self.0, "\n{title}");
    }

    fn row(&mut self, name: &str, value: impl Display) {
        let _ = writeln!(self.0, "{name:<width$}{value}", width = Self::NAME_WIDTH);
    }

    /// The name before the first of them.
    fn rows(&mut self, name: &str, values: impl Iterator<Item = String>) {
        for (at, value) in values.enumerate() {
            self.row(if at == 0 { name } else { "" }, value);
        }
    }
}
