//! A script with inline metadata (PEP 723) -> its own environment, created on first use and found again by the metadata.
//!
//! If the environment exists, the block is only hashed. It is parsed when the environment is created, which is then filled
//! like a project's (`requirements`).

use std::path::{Path, PathBuf};

use crate::create::{self, CreateRequest, CreateTarget, SeedPackages, Trigger, VenvOptions};
use crate::error::{Error, io_reason};
use crate::find::{self, Outcome, Reason, Search};
use crate::fs::write_file;
use crate::manifest::script_list::script_list_name;
use crate::process::{Process, Verbosity};
use crate::program::SourceText;
use crate::python::ExplicitRequest;
use crate::quote::{printable, shell_word};
use crate::requirements;
use crate::venv::Venv;

use super::block::{self, Block};
use super::metadata::{self, ScriptMetadata};
use super::{cache_dir, expiry};

/// A script with its own environment.
#[derive(Debug)]
pub(crate) struct Script {
    /// The file, as typed.
    file: PathBuf,
    /// The directory of the environment.
    root: PathBuf,
    /// What the script requires, if the environment is still to be created.
    metadata: Option<ScriptMetadata>,
}

/// Whether the environment is going to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnvPurpose {
    /// It is.
    Run,
    /// It is only inspected, and not changed.
    Inspect,
}

/// The script at `file`, which has this text; None if it requires nothing. `request` is the requested Python.
///
/// # Errors
/// It has several blocks, or an invalid one; there is no usable cache.
pub(crate) fn load_script(
    file: &Path,
    text: SourceText,
    request: Option<&ExplicitRequest>,
    purpose: EnvPurpose,
    process: &Process,
) -> Result<Option<Script>, Error> {
    let Some(block) = read_block(file, text)?.filter(Block::has_requirement_keys) else {
        return Ok(None);
    };
    let located = locate_env(file, &block, request, process);
    let metadata = match &located {
        Ok((root, true)) if is_env_ready(root, purpose, process.verbosity) => None,
        // Before an error about the cache: a block with nothing but a tool's settings needs no environment.
        _ => match metadata::parse_metadata(&block, file)? {
            None => return Ok(None),
            metadata => metadata,
        },
    };
    Ok(Some(Script {
        file: file.to_owned(),
        root: located?.0,
        metadata,
    }))
}

/// Whether the environment at `root` is one that vrun created for a script.
pub(crate) fn is_script_env(root: &Path, process: &Process) -> bool {
    let parent = root.parent();
    // Checking the name first avoids looking up the cache for most environments.
    parent.and_then(Path::file_name) == Some(cache_dir::ENVS_DIR.as_ref())
        && cache_dir::envs_dir(process, root).is_ok_and(|dir| parent == Some(&dir))
}

/// Whether a script has metadata, for a caller that uses another environment.
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
            "a second `# /// script` block begins in line {line}, and only one is allowed"
        )));
    }
    Ok(blocks.pop())
}

/// The directory of the environment, and whether the cache around it exists.
fn locate_env(
    file: &Path,
    block: &Block,
    request: Option<&ExplicitRequest>,
    process: &Process,
) -> Result<(PathBuf, bool), Error> {
    let dir = cache_dir::envs_dir(process, file)?;
    let has_cache = cache_dir::is_usable_cache(&dir, file)?;
    let root = cache_dir::env_root(&dir, file, block, request, process)?;
    Ok((root, has_cache))
}

fn is_env_ready(root: &Path, purpose: EnvPurpose, verbosity: Verbosity) -> bool {
    let is_present = match purpose {
        EnvPurpose::Run => expiry::touch(root, verbosity),
        EnvPurpose::Inspect => expiry::is_present(root),
    };
    is_present && cache_dir::is_usable_env(root)
}

/// Removes environments of scripts that were not used for long. Errors are ignored.
pub(crate) fn remove_expired_envs(process: &Process) {
    let no_file = Path::new("");
    if let Ok(dir) = cache_dir::envs_dir(process, no_file)
        && let Ok(true) = cache_dir::is_usable_cache(&dir, no_file)
    {
        expiry::remove_expired(&dir, process);
    }
}

impl Script {
    /// Its environment, as if a search had found it.
    pub(crate) fn search_outcome(&self, search: &Search) -> Result<Outcome, Error> {
        let outcome = find::explicit(self.root.clone(), "", search)?;
        Ok(match outcome {
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

    /// Its name, which a shell's prompt shows for the environment.
    pub(crate) fn name(&self) -> String {
        printable(self.file.file_name().unwrap_or_default())
    }

    /// Creates the environment and records the script's dependencies for `requirements` to install.
    ///
    /// # Errors
    /// No Python fits, or the environment cannot be created; Ctrl-C.
    pub(crate) fn create_env(
        &self,
        request: Option<&ExplicitRequest>,
        process: &Process,
    ) -> Result<(), Error> {
        let Some(metadata) = &self.metadata else {
            return Ok(());
        };
        let (file, root) = (&self.file, &self.root);
        cache_dir::create_cache(root.parent().unwrap_or(root), file)?;
        create::remove_env_if(root, process.verbosity, &|| !cache_dir::is_usable_env(root))?;
        metadata.warn_ignored_settings(file, process.verbosity);
        let metadata_request = metadata.python_request(file);
        let list = self.list_file_name();
        let script_dir = find::script_dir(file)?.unwrap_or_default();
        let state = requirements::initial_script_state(&root.join(&list), &script_dir, root);
        let options = VenvOptions {
            seed_packages: choose_seeding(metadata, process),
            ..VenvOptions::default()
        };
        let create_request = CreateRequest {
            target: CreateTarget {
                path: root,
                project_root: None,
            },
            python_request: request.or(metadata_request.as_ref()),
            options: &options,
            trigger: Trigger::FirstUse,
            extra_file: Some(&state),
            process,
        };
        let lines = metadata.dependencies.iter().map(|line| format!("{line}\n"));
        let lines: String = lines.collect();
        create::create_populated(&create_request, &|staged, _| {
            write_file(&staged.join(&list), &lines).map_err(|error| {
                Error::failed(format!("cannot create {}", printable(root)))
                    .with_cause(io_reason(&error))
            })
        })?;
        if request.is_some() {
            let version = Venv::open(root)?.cfg.version;
            metadata.warn_version_mismatch(version.as_deref(), file, process.verbosity);
        }
        Ok(())
    }

    /// The file in the environment that lists the dependencies. Its name says which script they are for.
    fn list_file_name(&self) -> String {
        let name = self.root.file_name().unwrap_or_default().to_string_lossy();
        let name = name.rsplit_once('-').map_or(&*name, |(name, _)| name);
        script_list_name(name)
    }

    /// The error if the environment must exist but does not: only a run of the script creates it.
    pub(crate) fn not_created_error(&self) -> Error {
        let file = shell_word(&self.file);
        self.no_env_error()
            .with_hint(format!("`vrun -s {file}` creates it, and runs the script"))
    }

    /// The error if the environment must not be created.
    pub(crate) fn creation_disabled_error(&self) -> Error {
        let file = shell_word(&self.file);
        self.no_env_error()
            .with_cause("`--no-create` or VRUN_NO_CREATE keeps vrun from creating it")
            .with_hint(format!(
                "`vrun --no-script-env {file}` runs it in the project's"
            ))
    }

    fn no_env_error(&self) -> Error {
        Error::failed(format!(
            "there is no environment for {}",
            printable(&self.file)
        ))
    }
}

/// Includes pip if it may have something to install.
fn choose_seeding(metadata: &ScriptMetadata, process: &Process) -> SeedPackages {
    let installer = process.non_empty_var("VRUN_INSTALLER");
    match metadata.dependencies.is_empty() || installer.is_some_and(|name| name == "uv") {
        true => SeedPackages::Nothing,
        false => SeedPackages::Bundled,
    }
}
