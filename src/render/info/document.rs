//! The object that `--info --json` prints. `schema.json` is made from these types: their doc comments describe the
//! members to users.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::introspect::{Implementation, VersionSource};
use crate::requirements::InstallProgress;

use super::json_text::Text;

/// The environment that a command would run in, and what its programs see. `version` changes when the meaning of an
/// existing member does; members may be added without that.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Document<'a> {
    /// The version of this schema.
    #[cfg_attr(test, schemars(extend("const" = 1)))]
    pub version: u8,
    /// Where the search for the environment started.
    pub start: Text<'a>,
    /// The root of the project around it.
    pub project: Option<Text<'a>>,
    /// The directories that the search looked into, from the start up to where it ended. Empty if it was not searched,
    /// or if it failed on the way.
    pub walk: Vec<Text<'a>>,
    /// The active environment (VIRTUAL_ENV); null if there is none.
    pub active: Option<Text<'a>>,
    /// What looked like an environment on the way but was not taken, including an active one.
    pub passed_over: Vec<PassedOver<'a>>,
    /// The environment; null if there is none.
    pub environment: Option<Environment<'a>>,
    /// The environment that would be created, if there is none.
    pub missing: Option<Missing<'a>>,
    /// Its Python; null if unknown.
    pub python: Option<Python<'a>>,
    /// Why there is no environment (no-environment, not-trusted, undecided), or what keeps its Python from running or
    /// being known; the ids are those of --doctor.
    pub problem: Option<Problem<'a>>,
    /// The variables that a program sees changed.
    pub variables: Option<Variables<'a>>,
    /// What its Python would report.
    pub sys: Option<Sys<'a>>,
    /// What vrun installed; null if nothing.
    pub requirements: Option<Requirements<'a>>,
    /// What `--sync` would install; null if nothing says so.
    pub plan: Option<Plan<'a>>,
    /// The bytes, in base64, of each string that is not UTF-8 and so has U+FFFD, by its JSON Pointer.
    pub bytes: BTreeMap<String, String>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct PassedOver<'a> {
    pub path: Text<'a>,
    pub why: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Environment<'a> {
    /// Its directory, as the user sees it.
    pub path: Text<'a>,
    /// The name in the shell's prompt (VIRTUAL_ENV_PROMPT).
    pub prompt: &'a str,
    /// What created it, by its pyvenv.cfg.
    pub maker: Option<Maker<'a>>,
    /// Why this one.
    pub why: Why<'a>,
    /// What asks for another Python than its own, as a clause; null if nothing does.
    pub mismatch: Option<&'a str>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Maker<'a> {
    #[cfg_attr(test, schemars(extend("enum" = ["vrun", "uv", "virtualenv", "venv"])))]
    pub name: &'a str,
    pub version: Option<&'a str>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Why<'a> {
    /// The rule that selected it.
    pub rule: Rule,
    /// With the rule `named`: the option or variable.
    pub by: Option<&'a str>,
    /// The directory or file that decided.
    pub path: Option<Text<'a>>,
    /// The same as a clause for people.
    pub text: String,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum Rule {
    Named,
    Inside,
    Nearest,
    Redirect,
    OnlyChild,
    ActiveHere,
    Runner,
    ActiveAlone,
    ActiveInstead,
    Script,
    Created,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Missing<'a> {
    /// Where it would be created.
    pub path: Text<'a>,
    /// Why it would not be created automatically.
    pub refusal: Option<&'a str>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Python<'a> {
    /// The file that runs, links followed.
    pub interpreter: Text<'a>,
    pub implementation: Implementation,
    /// As much as is known: 3.12.1, 3.12.
    #[cfg_attr(test, schemars(regex(pattern = r"^[0-9]+\.[0-9]+")))]
    pub version: &'a str,
    /// Where it comes from: the base's C headers or DLL, pyvenv.cfg, or the interpreter's name.
    pub version_from: VersionSource,
    /// sys.abiflags
    pub abiflags: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Problem<'a> {
    pub id: &'a str,
    pub what: &'a str,
    /// The reasons.
    pub causes: &'a [String],
    /// What to type if there is no environment. For one that exists, --doctor says it.
    pub fix: Option<&'a str>,
    /// The interpreter that runs instead of the environment's missing Python.
    pub substitute: Option<Text<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Variables<'a> {
    /// Variables that are set, with their values.
    #[cfg_attr(test, schemars(extend("required" = ["VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "PATH"])))]
    pub set: BTreeMap<&'a str, Text<'a>>,
    /// Variables that are unset, with their old values; null if they were not set.
    pub unset: BTreeMap<&'a str, Option<Text<'a>>>,
    /// The changes to PATH.
    pub path: PathChange<'a>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct PathChange<'a> {
    /// The first entry of PATH.
    pub first: Text<'a>,
    /// The entries removed from PATH.
    pub removed: Vec<Text<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Sys<'a> {
    /// sys.executable
    pub executable: Text<'a>,
    /// sys.prefix
    pub prefix: Text<'a>,
    /// sys.exec_prefix
    pub exec_prefix: Text<'a>,
    /// sys.base_prefix
    pub base_prefix: Text<'a>,
    /// sys.base_exec_prefix
    pub base_exec_prefix: Text<'a>,
    /// sys.platlibdir
    pub platlibdir: &'a str,
    /// sys.path without its first entry, which depends on what runs: a script's directory, or the working directory.
    pub path: Vec<Text<'a>>,
    /// sysconfig.get_path('stdlib')
    pub stdlib: Text<'a>,
    /// sysconfig.get_path('purelib')
    pub purelib: Text<'a>,
    /// sysconfig.get_path('platlib')
    pub platlib: Text<'a>,
    /// sysconfig.get_path('scripts')
    pub scripts: Text<'a>,
    /// sysconfig.get_path('include')
    pub include: Text<'a>,
    /// Whether the base's packages can be imported.
    pub system_site_packages: bool,
    /// site.ENABLE_USER_SITE
    pub user_site_enabled: bool,
    /// site.USER_BASE
    pub user_base: Text<'a>,
    /// site.USER_SITE
    pub user_site: Text<'a>,
    /// sys.flags.safe_path: whether sys.path lacks that first entry.
    pub safe_path: bool,
    /// Why Python may see something else.
    pub caveats: Vec<Caveat<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Caveat<'a> {
    /// An executed line of a .pth file, or from 3.15 on of a .start file.
    Code {
        file: Text<'a>,
        /// The line's number.
        #[cfg_attr(test, schemars(range(min = 1)))]
        line: usize,
        /// The line's text.
        code: &'a str,
    },
    /// A .pth file that is not in the encoding that Python expects.
    PthEncoding { file: Text<'a> },
    /// An executed sitecustomize or usercustomize.
    Module { file: Text<'a> },
    /// A ._pth file, which replaces sys.path.
    PathFile { file: Text<'a> },
    /// A key of the registry, which adds to sys.path.
    RegistryPath { key: &'a str },
    /// No standard library is found from `home`.
    Home {
        file: Text<'a>,
        /// The prefix that Python falls back to.
        prefix: Text<'a>,
    },
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Requirements<'a> {
    /// The requirement file.
    pub file: Text<'a>,
    pub state: InstallProgress,
    /// What is missing, as a clause.
    pub lacking: Option<&'a str>,
}

#[derive(Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Plan<'a> {
    pub parts: Vec<PlanPart<'a>>,
    /// The lock that says in which versions.
    pub lock: Option<Text<'a>>,
    /// The tool that installs what the lock has; null where the installer takes the versions from it.
    pub lock_tool: Option<&'static str>,
    /// The index that the project names in place of PyPI, without a login.
    pub index: Option<&'a str>,
    /// What is left out, and why.
    pub left_out: &'a [String],
    /// Why it is unknown, as a clause.
    pub problem: Option<&'a str>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct PlanPart<'a> {
    /// What it is, as `group dev of pyproject.toml`.
    pub name: &'a str,
    /// The file that says so.
    pub file: Text<'a>,
    /// What a table of the file lists; empty if the installer reads the file itself.
    pub requirements: &'a [String],
    /// Whether the install fails without it.
    pub required: bool,
}

#[cfg(test)]
mod tests {
    use std::fs;

    use schemars::generate::SchemaSettings;

    use super::super::SCHEMA;
    use super::*;

    #[test]
    fn the_schema_that_is_printed_is_that_of_the_types() {
        let mut settings = SchemaSettings::draft2020_12().for_serialize();
        settings.inline_subschemas = true;
        let mut schema = settings
            .into_generator()
            .into_root_schema_for::<Document<'_>>();
        schema.insert("title".to_owned(), "vrun --info --json".into());
        // A doc comment's lines are one paragraph.
        let schema = format!("{:#}\n", schema.to_value()).replace("\\n", " ");
        if option_env!("VRUN_UPDATE").is_some() {
            let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/render/info/schema.json");
            fs::write(file, &schema).expect("the schema");
        }
        let hint = "write it with VRUN_UPDATE=1 cargo test --bin vrun schema";
        assert_eq!(schema, SCHEMA, "{hint}");
    }
}
