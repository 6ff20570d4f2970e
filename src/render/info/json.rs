//! What `--info` knows -> its JSON document.

use serde_json::{Map, Value};

use crate::find::{Reason, Skipped};
use crate::introspect::{self, PythonInfo};
use crate::requirements::{InstallStatus, PartReport, PlanReport};

use super::document::*;
use super::json_text::{Text, extract_bytes};
use super::model::{EnvDiff, EnvInfo, InfoOutcome, ProblemReport, SearchContext, describe_unknown};

pub(crate) fn render_json(outcome: &InfoOutcome<'_>, context: &SearchContext<'_>) -> String {
    let unknown;
    let mut document = Document {
        version: 1,
        start: Text::new(context.start),
        project: context.project.map(Text::new),
        walk: context.walk.iter().map(Text::new).collect(),
        active: context.active.map(Text::new),
        passed_over: context.skipped.iter().copied().map(passed_over).collect(),
        environment: None,
        missing: None,
        python: None,
        problem: None,
        variables: None,
        sys: None,
        requirements: None,
        plan: plan(&context.plan),
        bytes: Default::default(),
    };
    match outcome {
        InfoOutcome::Found(env) => {
            let info = env.python_info.as_ref();
            unknown = unknown_python(env);
            document.environment = Some(environment(env));
            document.python = info.ok().map(python);
            document.problem = env.problem.as_ref().or(unknown.as_ref()).map(problem);
            document.variables = Some(variables(&env.diff));
            document.sys = info.ok().map(sys);
            document.requirements = env.requirements.as_ref().map(requirements);
        }
        InfoOutcome::Missing {
            at,
            refusal,
            problem: why,
        } => {
            document.missing = Some(Missing {
                path: Text::new(*at),
                refusal: refusal.as_deref(),
            });
            document.problem = Some(problem(why));
        }
        InfoOutcome::Unknown(why) => document.problem = Some(problem(why)),
    }
    // Nothing in it can fail to be serialized: its maps' keys are strings.
    let mut answer = serde_json::to_value(&document).unwrap_or_default();
    let mut bytes = Map::new();
    extract_bytes(&mut answer, &mut String::new(), &mut bytes);
    answer["bytes"] = Value::Object(bytes);
    format!("{answer:#}\n")
}

fn passed_over(skipped: &Skipped) -> PassedOver<'_> {
    PassedOver {
        path: Text::new(&skipped.path),
        why: &skipped.reason,
    }
}

fn environment<'a>(env: &'a EnvInfo<'_>) -> Environment<'a> {
    let maker = env.creator.as_ref().map(|creator| Maker {
        name: creator.name,
        version: creator.version.as_deref(),
    });
    Environment {
        path: Text::new(env.root),
        prompt: &env.prompt,
        mismatch: env.mismatch.as_deref(),
        maker,
        why: Why {
            rule: rule(env.reason),
            by: match env.reason {
                Reason::Explicit(by) => Some(*by),
                _ => None,
            },
            path: env.reason.path().map(Text::new),
            text: env.reason.to_string(),
        },
    }
}

fn rule(reason: &Reason) -> Rule {
    match reason {
        Reason::Explicit(_) => Rule::Named,
        Reason::Inside => Rule::Inside,
        Reason::Nearest(_) => Rule::Nearest,
        Reason::Redirect(_) => Rule::Redirect,
        Reason::OnlyChild(_) => Rule::OnlyChild,
        Reason::ActiveHere => Rule::ActiveHere,
        Reason::Runner(_) => Rule::Runner,
        Reason::ActiveAlone => Rule::ActiveAlone,
        Reason::ActiveInstead(_) => Rule::ActiveInstead,
        Reason::Script(_) => Rule::Script,
        Reason::Created => Rule::Created,
    }
}

/// Why `sys` is unknown.
fn unknown_python(env: &EnvInfo<'_>) -> Option<ProblemReport> {
    let error = env.python_info.as_ref().err()?;
    Some(ProblemReport {
        id: "unknown",
        message: describe_unknown(error),
        ..ProblemReport::default()
    })
}

fn problem(report: &ProblemReport) -> Problem<'_> {
    Problem {
        id: report.id,
        what: &report.message,
        causes: &report.causes,
        fix: report.fix.as_deref(),
        substitute: report.substitute.as_ref().map(Text::new),
    }
}

fn variables(diff: &EnvDiff) -> Variables<'_> {
    let set = diff.set.iter();
    let unset = diff.unset.iter();
    Variables {
        set: set.map(|(name, value)| (*name, Text::new(value))).collect(),
        unset: unset
            .map(|(name, old)| (*name, old.as_ref().map(Text::new)))
            .collect(),
        path: PathChange {
            first: Text::new(&diff.path_first),
            removed: Text::list(&diff.path_removed),
        },
    }
}

fn requirements(status: &InstallStatus) -> Requirements<'_> {
    let shortfall = status.shortfall.as_ref();
    Requirements {
        file: Text::new(&status.file),
        state: status.progress,
        lacking: shortfall.map(|shortfall| shortfall.description.as_str()),
    }
}

fn plan(plan: &Result<Option<PlanReport>, String>) -> Option<Plan<'_>> {
    match plan {
        Ok(plan) => plan.as_ref().map(known_plan),
        Err(error) => Some(Plan {
            problem: Some(error),
            ..Plan::default()
        }),
    }
}

fn known_plan(plan: &PlanReport) -> Plan<'_> {
    Plan {
        parts: plan.parts.iter().map(plan_part).collect(),
        lock: plan.lock.as_ref().map(Text::new),
        lock_tool: plan.lock_tool,
        index: plan.index.as_deref(),
        left_out: &plan.left_out,
        problem: None,
    }
}

fn plan_part(part: &PartReport) -> PlanPart<'_> {
    PlanPart {
        name: &part.name,
        file: Text::new(&part.file),
        requirements: &part.requirements,
        required: part.is_required,
    }
}

fn python(info: &PythonInfo) -> Python<'_> {
    Python {
        interpreter: Text::new(&info.python.file),
        implementation: info.python.implementation,
        version: &info.version.number,
        version_from: info.version.source,
        abiflags: &info.python.abiflags,
    }
}

fn sys(info: &PythonInfo) -> Sys<'_> {
    Sys {
        executable: Text::new(&info.executable),
        prefix: Text::new(&info.prefix),
        exec_prefix: Text::new(&info.exec_prefix),
        base_prefix: Text::new(&info.base_prefix),
        base_exec_prefix: Text::new(&info.base_exec_prefix),
        platlibdir: &info.platlibdir,
        path: Text::list(&info.path),
        stdlib: Text::new(&info.install_paths.stdlib),
        purelib: Text::new(&info.install_paths.purelib),
        platlib: Text::new(&info.install_paths.platlib),
        scripts: Text::new(&info.install_paths.scripts),
        include: Text::new(&info.install_paths.include),
        system_site_packages: info.has_system_site,
        user_site_enabled: info.user.is_enabled,
        user_base: Text::new(&info.user.base),
        user_site: Text::new(&info.user.site),
        safe_path: info.is_safe_path,
        caveats: info.caveats.iter().map(caveat).collect(),
    }
}

fn caveat(caveat: &introspect::Caveat) -> Caveat<'_> {
    match caveat {
        introspect::Caveat::ExecutedLine {
            file,
            line,
            text: code,
        } => Caveat::Code {
            file: Text::new(file),
            line: *line,
            code,
        },
        introspect::Caveat::BuildPrefix { home, prefix } => Caveat::Home {
            file: Text::new(home),
            prefix: Text::new(prefix),
        },
        introspect::Caveat::StartupModule(file) => Caveat::Module {
            file: Text::new(file),
        },
        introspect::Caveat::Undecodable(file) => Caveat::PthEncoding {
            file: Text::new(file),
        },
        introspect::Caveat::RegistryPath(key) => Caveat::RegistryPath { key },
        introspect::Caveat::PthOverride(file) => Caveat::PathFile {
            file: Text::new(file),
        },
    }
}
