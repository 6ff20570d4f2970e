//! `--info` as text, in two columns.

use std::fmt::{Display, Write};
use std::path::Path;

use crate::introspect::{Caveat, PythonInfo, VersionSource};
use crate::quote::printable;
use crate::requirements::{InstallStatus, PartReport, PlanReport};

use super::model::{EnvDiff, EnvInfo, SearchContext, describe_unknown};

pub(crate) fn render_text(env: &EnvInfo<'_>, context: &SearchContext<'_>) -> String {
    let mut page = Columns::default();
    page.row("environment", printable(env.root));
    page.row("why", env.reason);
    if let Some(project) = context.project {
        page.row("project", printable(project));
    }
    let skipped = context.skipped.iter();
    let skipped =
        skipped.map(|skipped| format!("{}: {}", printable(&skipped.path), skipped.reason));
    page.rows("passed over", skipped);
    if let Some(creator) = &env.creator {
        let version = creator.version.as_deref().unwrap_or_default();
        let name = format!("{} {}", creator.name, printable(version));
        page.row("created by", name.trim_end());
    }
    page.row("prompt", printable(&env.prompt));
    if let Ok(info) = &env.python_info {
        python_rows(info, &mut page);
    }
    if let Some(sentence) = &env.mismatch {
        page.row("but", format!("{sentence}: `vrun --doctor`"));
    }
    if let Some(problem) = &env.problem {
        page.row("problem", &problem.message);
        page.rows("", problem.causes.iter().cloned());
        if let Some(python) = &problem.substitute {
            let python = printable(python);
            page.row("substitute", format!("{python} runs instead"));
        }
    }
    page.row("requirements", requirements_text(env.requirements.as_ref()));
    match &context.plan {
        Ok(Some(plan)) => plan_rows(plan, &mut page),
        Ok(None) => {}
        Err(error) => page.row("plan", error),
    }
    page.title("variables");
    variable_rows(&env.diff, &mut page);
    page.title("sys");
    match &env.python_info {
        Ok(info) => sys_rows(info, &mut page),
        Err(error) => page.row("unknown", describe_unknown(error)),
    }
    page.0
}

fn python_rows(info: &PythonInfo, page: &mut Columns) {
    let source = match info.version.source {
        VersionSource::Headers | VersionSource::Dll => "",
        VersionSource::PyvenvCfg => ", as pyvenv.cfg says",
        VersionSource::FileName => ", by its name",
    };
    let implementation = info.python.implementation;
    let number = printable(&info.version.number);
    page.row("python", format!("{implementation} {number}{source}"));
    page.row("interpreter", printable(&info.python.file));
}

fn requirements_text(status: Option<&InstallStatus>) -> String {
    match status {
        None => "vrun has installed none here".to_owned(),
        Some(status) => match &status.shortfall {
            None => format!("{} is installed", printable(&status.file)),
            Some(shortfall) => format!("{}: {}", shortfall.description, shortfall.fix),
        },
    }
}

/// What `--sync` would install.
fn plan_rows(plan: &PlanReport, page: &mut Columns) {
    page.rows("plan", plan.parts.iter().map(PartReport::describe));
    page.rows("versions from", plan.lock.iter().map(printable));
    page.rows("packages from", plan.index.iter().map(printable));
    page.rows("not in the plan", plan.left_out.iter().cloned());
}

fn variable_rows(diff: &EnvDiff, page: &mut Columns) {
    for (name, value) in diff.set.iter().filter(|(name, _)| *name != "PATH") {
        page.row(name, printable(value));
    }
    page.row("PATH", format!("first {}", printable(&diff.path_first)));
    let removed = diff.path_removed.iter();
    page.rows(
        "",
        removed.map(|entry| format!("without {}", printable(entry))),
    );
    for (name, old) in &diff.unset {
        match old {
            Some(old) => page.row(name, format!("unset, was {}", printable(old))),
            None => page.row(name, "unset"),
        }
    }
}

fn sys_rows(info: &PythonInfo, page: &mut Columns) {
    let yes_or_no = |is: bool| if is { "yes" } else { "no" };
    let paths: [(&str, &Path); 10] = [
        ("executable", &info.executable),
        ("prefix", &info.prefix),
        ("exec_prefix", &info.exec_prefix),
        ("base_prefix", &info.base_prefix),
        ("base_exec_prefix", &info.base_exec_prefix),
        ("stdlib", &info.install_paths.stdlib),
        ("purelib", &info.install_paths.purelib),
        ("platlib", &info.install_paths.platlib),
        ("scripts", &info.install_paths.scripts),
        ("include", &info.install_paths.include),
    ];
    for (name, path) in paths {
        page.row(name, printable(path));
    }
    page.rows("path", info.path.iter().map(printable));
    page.row("system packages", yes_or_no(info.has_system_site));
    let (is_enabled, site) = (yes_or_no(info.user.is_enabled), printable(&info.user.site));
    page.row("user packages", format!("{is_enabled}, {site}"));
    page.row("safe path", yes_or_no(info.is_safe_path));
    page.rows("may differ", info.caveats.iter().map(describe_caveat));
}

/// Why Python may see something else.
fn describe_caveat(caveat: &Caveat) -> String {
    match caveat {
        Caveat::ExecutedLine { file, line, text } => {
            let start: String = text.chars().take(Columns::MAX_CODE).collect();
            let more = if start.len() < text.len() { " ..." } else { "" };
            let (file, start) = (printable(file), printable(start.trim_end()));
            format!("{file}, line {line}, is executed: {start}{more}")
        }
        Caveat::StartupModule(file) => format!("{} is executed", printable(file)),
        Caveat::Undecodable(file) => {
            let file = printable(file);
            format!("{file} is not in the encoding that Python expects")
        }
        Caveat::PthOverride(file) => format!("{} replaces sys.path", printable(file)),
        Caveat::RegistryPath(key) => format!("{} in the registry adds to sys.path", printable(key)),
        Caveat::BuildPrefix { home, prefix } => format!(
            "no standard library is found from {}; Python falls back to {}",
            printable(home),
            printable(prefix)
        ),
    }
}

#[derive(Default)]
struct Columns(String);

impl Columns {
    const NAME_WIDTH: usize = 20;
    /// How much of a line of code to show.
    const MAX_CODE: usize = 60;

    fn title(&mut self, title: &str) {
        // Writing to a String does not fail.
        let _ = writeln!(self.0, "\n{title}");
    }

    fn row(&mut self, name: &str, value: impl Display) {
        let _ = writeln!(self.0, "{name:<width$}{value}", width = Self::NAME_WIDTH);
    }

    /// The name comes before the first value only.
    fn rows(&mut self, name: &str, values: impl Iterator<Item = String>) {
        for (at, value) in values.enumerate() {
            self.row(if at == 0 { name } else { "" }, value);
        }
    }
}
