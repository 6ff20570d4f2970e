//! What is known of an environment -> lines for people, in columns.

use std::fmt::{Display, Write};
use std::path::Path;

use super::{Around, Change, Environment, unknown};
use crate::error::shown;
use crate::facts::{Caveat, Facts, Source};
use crate::requirements::Account;

/// As many lines as it takes, the last one with its newline.
pub fn text(env: &Environment<'_>, around: &Around<'_>) -> String {
    let mut page = Page::default();
    page.row("environment", shown(env.root));
    page.row("why", env.why);
    surroundings(around, &mut page);
    if let Some(maker) = &env.maker {
        let version = maker.version.as_deref().unwrap_or_default();
        let made = format!("{} {}", maker.name, shown(version));
        page.row("made by", made.trim_end());
    }
    page.row("prompt", shown(&env.prompt));
    if let Ok(facts) = &env.facts {
        python(facts, &mut page);
    }
    if let Some(problem) = &env.problem {
        page.row("problem", &problem.what);
        page.rows("", problem.causes.iter().cloned());
        if let Some(other) = &problem.stand_in {
            page.row("stand-in", format!("{} runs in its place", shown(other)));
        }
    }
    page.row("requirements", requirements(env.requirements.as_ref()));
    page.title("variables");
    variables(&env.change, &mut page);
    page.title("sys");
    match &env.facts {
        Ok(facts) => sys(facts, &mut page),
        Err(why) => page.row("not told", unknown(why)),
    }
    page.0
}

fn surroundings(around: &Around<'_>, page: &mut Page) {
    if let Some(project) = around.project {
        page.row("project", shown(project));
    }
    let passed = around.passed.iter();
    page.rows(
        "passed over",
        passed.map(|passed| format!("{}: {}", shown(&passed.path), passed.why)),
    );
}

fn python(facts: &Facts, page: &mut Page) {
    let by = match facts.version.from {
        Source::Headers => "",
        Source::Cfg => ", as pyvenv.cfg says",
        Source::Name => ", by its name",
    };
    let kind = facts.python.implementation;
    page.row(
        "python",
        format!("{kind} {}{by}", shown(&facts.version.text)),
    );
    page.row("interpreter", shown(&facts.python.file));
}

fn requirements(account: Option<&Account>) -> String {
    match account {
        None => "vrun has installed none here".to_owned(),
        Some(account) => match &account.lacking {
            None => format!("{} is installed", shown(&account.file)),
            Some(lacking) => format!("{}: {}", lacking.what, lacking.mend),
        },
    }
}

fn variables(change: &Change, page: &mut Page) {
    for (name, value) in change.set.iter().filter(|(name, _)| *name != "PATH") {
        page.row(name, shown(value));
    }
    page.row("PATH", format!("first {}", shown(&change.first)));
    page.rows(
        "",
        change
            .removed
            .iter()
            .map(|entry| format!("without {}", shown(entry))),
    );
    for (name, was) in &change.unset {
        page.row(
            name,
            match was {
                Some(was) => format!("unset, was {}", shown(was)),
                None => "unset".to_owned(),
            },
        );
    }
}

fn sys(facts: &Facts, page: &mut Page) {
    let yes_or_no = |is: bool| if is { "yes" } else { "no" };
    let paths: [(&str, &Path); 10] = [
        ("executable", &facts.executable),
        ("prefix", &facts.prefix),
        ("exec_prefix", &facts.exec_prefix),
        ("base_prefix", &facts.base_prefix),
        ("base_exec_prefix", &facts.base_exec_prefix),
        ("stdlib", &facts.schemes.stdlib),
        ("purelib", &facts.schemes.purelib),
        ("platlib", &facts.schemes.platlib),
        ("scripts", &facts.schemes.scripts),
        ("include", &facts.schemes.include),
    ];
    for (name, path) in paths {
        page.row(name, shown(path));
    }
    page.rows("path", facts.path.iter().map(shown));
    page.row("system packages", yes_or_no(facts.is_system_seen));
    page.row(
        "user packages",
        format!(
            "{}, {}",
            yes_or_no(facts.user.is_enabled),
            shown(&facts.user.site)
        ),
    );
    page.row("safe path", yes_or_no(facts.is_path_safe));
    page.rows("may differ", facts.caveats.iter().map(caveat));
}

/// Why Python may say something else.
fn caveat(caveat: &Caveat) -> String {
    match caveat {
        Caveat::Code { file, line, text } => {
            let start: String = text.chars().take(Page::CODE).collect();
            let more = if start.len() < text.len() { " ..." } else { "" };
            let start = shown(start.trim_end());
            format!("{}, line {line}, is executed: {start}{more}", shown(file))
        }
        Caveat::Module(file) => format!("{} is executed", shown(file)),
        Caveat::Undecodable(file) => {
            format!("{} is not in the encoding that Python expects", shown(file))
        }
        Caveat::Replaced(file) => format!("{} replaces sys.path", shown(file)),
        Caveat::Configured { home, prefix } => format!(
            "{} leads to no library; Python falls back on {}",
            shown(home),
            shown(prefix)
        ),
    }
}

/// Lines in two columns.
#[derive(Default)]
struct Page(String);

impl Page {
    const WIDTH: usize = 20;
    /// As much of a line of code as tells which it is.
    const CODE: usize = 60;

    fn title(&mut self, title: &str) {
        // Writing to a String does not fail.
        let _ = writeln!(self.0, "\n{title}");
    }

    fn row(&mut self, name: &str, value: impl Display) {
        let _ = writeln!(self.0, "{name:<width$}{value}", width = Self::WIDTH);
    }

    /// The name before the first of them.
    fn rows(&mut self, name: &str, values: impl Iterator<Item = String>) {
        for (at, value) in values.enumerate() {
            self.row(if at == 0 { name } else { "" }, value);
        }
    }
}
