//! A script that says in itself what it requires (PEP 723) -> an environment of its own, made on first use and found
//! again by what the script says.
//!
//! Where it is there, that is all there is to know: the block is read, and not understood. What it says is taken apart
//! where the environment is made, and then filled as a project's is (`requirements`).

use std::fs;
use std::path::{Path, PathBuf};

use crate::create::{self, CreateRequest, CreateTarget, SeedPackages, Trigger, VenvOptions};
use crate::error::{Error, io_reason};
use crate::find::{self, Outcome, Reason, Search};
use crate::output::Verbosity;
use crate::process::Process;
use crate::program::SourceText;
use crate::python::ExplicitRequest;
use crate::quote::{printable, shell_word};
use crate::requirements;
use crate::venv::Venv;

use super::block::{self, Block};
use super::metadata::{self, ScriptMetadata};
use super::{cache_dir, expiry};

/// A script with an environment of its own.
#[derive(Debug)]
pub(crate) struct Script {
    /// The file, as it was typed.
    file: PathBuf,
    /// The directory of its environment.
    root: PathBuf,
    /// What is to be in the environment, where that is to be made.
    metadata: Option<ScriptMetadata>,
}

/// Whether the environment is going to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnvPurpose {
    /// It is.
    Run,
    /// It is only told of, and nothing is changed.
    Inspect,
}

/// What is known of the script at `file`, with this text: None where it says of itself nothing that takes an
/// environment. `wish` is what Python was asked for.
///
/// # Errors
/// It has more than one block, or one that cannot be read; there is no cache to be used.
pub(crate) fn load_script(
    file: &Path,
    text: SourceText,
    wish: Option<&ExplicitRequest>,
    usage: EnvPurpose,
    process: &Process,
    verbosity: Verbosity,
) -> Result<Option<Script>, Error> {
    let Some(block) = read_block(file, text)?.filter(Block::has_requirement_keys) else {
        return Ok(None);
    };
    let at = locate_env(file, &block, wish, process);
    if let Ok((root, true)) = &at
        && is_env_ready(root, usage, verbosity)
    {
        return Ok(Some(Script {
            file: file.to_owned(),
            root: root.clone(),
            metadata: None,
        }));
    }
    // Now it counts what stands in the block, and where only a tool's settings do, no place is missed.
    let Some(wanted) = metadata::parse_metadata(&block, file)? else {
        return Ok(None);
    };
    Ok(Some(Script {
        file: file.to_owned(),
        root: at?.0,
        metadata: Some(wanted),
    }))
}

/// Whether the environment at `root` is one that vrun made for a script.
pub(crate) fn is_script_env(root: &Path, process: &Process) -> bool {
    let around = root.parent();
    // Most are told from that without a question where the cache is.
    around.and_then(Path::file_name) == Some(cache_dir::ENVS_DIR.as_ref())
        && cache_dir::envs_dir(process, root).is_ok_and(|dir| around == Some(&dir))
}

/// Whether a script says of itself what it requires, for who goes by another environment.
pub(crate) fn has_inline_metadata(file: &Path, text: SourceText) -> bool {
    read_block(file, text)
        .is_ok_and(|block| block.is_some_and(|block| block.has_requirement_keys()))
}

fn read_block(file: &Path, text: SourceText) -> Result<Option<Block>, Error> {
    let text = text.read_all().map_err(|error| {
        Error::failed(format!("cannot read {}", printable(file))).with_cause(io_reason(&error))
    })?;
    let mut blocks = block::find_blocks(&text);
    if let [_, second, ..] = &blocks[..] {
        let line = second.line - 1;
        return Err(metadata::invalid_block_error(file).with_cause(format_args!(
            "a second `# /// script` block begins in line {line}, and there may be one"
        )));
    }
    Ok(blocks.pop())
}

/// Where its environment lies, and whether there can be one.
fn locate_env(
    file: &Path,
    block: &Block,
    wish: Option<&ExplicitRequest>,
    process: &Process,
) -> Result<(PathBuf, bool), Error> {
    let dir = cache_dir::envs_dir(process, file)?;
    let is_open = cache_dir::is_usable_cache(&dir, file)?;
    Ok((
        cache_dir::env_root(&dir, file, block, wish, process)?,
        is_open,
    ))
}

fn is_env_ready(root: &Path, usage: EnvPurpose, verbosity: Verbosity) -> bool {
    let is_there = match usage {
        EnvPurpose::Run => expiry::touch(root, verbosity),
        EnvPurpose::Inspect => expiry::is_present(root),
    };
    is_there && cache_dir::is_usable_env(root)
}

/// Takes away environments of scripts that nobody used for long. What cannot go stays.
pub(crate) fn remove_expired_envs(process: &Process) {
    let dir = cache_dir::envs_dir(process, Path::new(""));
    if let Ok(dir) = dir
        && cache_dir::is_usable_cache(&dir, Path::new("")).is_ok_and(|is_open| is_open)
    {
        expiry::remove_expired(&dir, process);
    }
}

impl Script {
    /// Its environment, as if a search had come upon it.
    ///
    /// # Errors
    /// None that a directory of vrun's own gives rise to.
    pub(crate) fn search_outcome(&self, search: &Search) -> Result<Outcome, Error> {
        let answer = find::explicit(self.root.clone(), "", search)?;
        Ok(match answer {
            Outcome::Found(mut found) if self.metadata.is_none() => {
                found.reason = Reason::Script(self.file.clone());
                Outcome::Found(found)
            }
            Outcome::Found(found) => Outcome::Missing(find::ToCreate {
                root: found.root,
                project: None,
                forbidden: None,
                deactivated: found.deactivated,
                skipped: Vec::new(),
            }),
            Outcome::Missing(mut missing) => {
                missing.project = None;
                Outcome::Missing(missing)
            }
        })
    }

    /// What it is called: what a shell's prompt shows of its environment.
    pub(crate) fn name(&self) -> String {
        printable(self.file.file_name().unwrap_or_default())
    }

    /// Makes the environment. What it is to hold is left in it for `requirements`.
    ///
    /// # Errors
    /// No Python fits, or it cannot be made; Ctrl-C.
    pub(crate) fn create_env(
        &self,
        wish: Option<&ExplicitRequest>,
        process: &Process,
        verbosity: Verbosity,
    ) -> Result<(), Error> {
        let Some(wanted) = &self.metadata else {
            return Ok(());
        };
        let (file, at) = (&self.file, &self.root);
        let dir = at.parent().unwrap_or(at);
        cache_dir::create_cache(dir, file)?;
        create::remove_env_if(at, verbosity, &|| !cache_dir::is_usable_env(at))?;
        wanted.warn_ignored_settings(file, verbosity);
        let own_wish = wanted.python_request(file);
        let list = self.list_file_name();
        let around = find::script_dir(file)?.unwrap_or_default();
        let note = requirements::initial_script_state(&at.join(&list), &around, at);
        let options = VenvOptions {
            seed_packages: self.choose_seeding(wanted, process),
            ..VenvOptions::default()
        };
        let order = CreateRequest {
            target: CreateTarget {
                path: at,
                project_root: None,
            },
            python_request: wish.or(own_wish.as_ref()),
            options: &options,
            trigger: Trigger::FirstUse,
            extra_file: Some(&note),
            process,
            verbosity,
        };
        let lines: String = wanted
            .dependencies
            .iter()
            .map(|p| format!("{p}\n"))
            .collect();
        create::create_populated(&order, &|staged, _| {
            fs::write(staged.join(&list), &lines).map_err(|error| {
                Error::failed(format!("cannot create {}", printable(at)))
                    .with_cause(io_reason(&error))
            })
        })?;
        if wish.is_some() {
            let version = Venv::open(at)?.cfg.version;
            wanted.warn_version_mismatch(version.as_deref(), file, verbosity);
        }
        Ok(())
    }

    /// pip is there where it may have something to install.
    fn choose_seeding(&self, wanted: &ScriptMetadata, process: &Process) -> SeedPackages {
        let is_uvs = process
            .non_empty_var("VRUN_INSTALLER")
            .is_some_and(|by| by == "uv");
        match wanted.dependencies.is_empty() || is_uvs {
            true => SeedPackages::Nothing,
            false => SeedPackages::Bundled,
        }
    }

    /// The file in the environment that lists what is required, by a name that says whose that is.
    fn list_file_name(&self) -> String {
        let own = self.root.file_name().unwrap_or_default().to_string_lossy();
        let name = own.rsplit_once('-').map_or(&*own, |(name, _)| name);
        requirements::script_list_name(name)
    }

    /// What is said where its environment is asked for and not made. Nobody but vrun, when it runs the script, knows
    /// what to put into it.
    pub(crate) fn not_created_error(&self) -> Error {
        let hint = format!(
            "`vrun -s {}` makes it, and runs the script",
            shell_word(&self.file)
        );
        self.no_env_error().with_hint(hint)
    }

    fn no_env_error(&self) -> Error {
        Error::failed(format!(
            "there is no environment for {}",
            printable(&self.file)
        ))
    }

    /// What is said where no environment may be made.
    pub(crate) fn creation_disabled_error(&self) -> Error {
        self.no_env_error()
            .with_cause("`--no-create` or VRUN_NO_CREATE keeps vrun from making it")
            .with_hint(format!(
                "`vrun --no-script-env {}` runs it in the project's",
                shell_word(&self.file)
            ))
    }
}
