//! A script that says in itself what it requires (PEP 723) -> an environment of its own, made on first use and found
//! again by what the script says.
//!
//! Where it is there, that is all there is to know: the block is read, and not understood. What it says is taken apart
//! where the environment is made, and then filled as a project's is (`requirements`).

use std::fs;
use std::path::{Path, PathBuf};

use crate::create::{self, Occasion, Options, Order, Place, Seeding, Wish};
use crate::error::{Error, reason, shown, typed};
use crate::find::{self, Answer, Search, Why};
use crate::program::Text;
use crate::requirements;
use crate::venv::Venv;
use crate::voice::Voice;
use crate::world::World;

mod age;
mod block;
mod home;
mod wanted;

use block::Block;
use wanted::Wanted;

/// A script with an environment of its own.
#[derive(Debug)]
pub struct Script {
    /// The file, as it was typed.
    file: PathBuf,
    /// The directory of its environment.
    root: PathBuf,
    /// What is to be in the environment, where that is to be made.
    wanted: Option<Wanted>,
}

/// Whether the environment is going to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It is.
    Real,
    /// It is only told of, and nothing is changed.
    Told,
}

/// What is known of the script at `file`, with this text: None where it says of itself nothing that takes an
/// environment. `wish` is what Python was asked for.
///
/// # Errors
/// It has more than one block, or one that cannot be read; there is no cache to be used.
pub fn of(
    file: &Path,
    text: Text,
    wish: Option<&Wish>,
    usage: Use,
    world: &World,
    voice: Voice,
) -> Result<Option<Script>, Error> {
    let Some(block) = block(file, text)?.filter(Block::may_require) else {
        return Ok(None);
    };
    let at = place(file, &block, wish, world);
    if let Ok((root, true)) = &at
        && is_there(root, usage, voice)
    {
        return Ok(Some(Script {
            file: file.to_owned(),
            root: root.clone(),
            wanted: None,
        }));
    }
    // Now it counts what stands in the block, and where only a tool's settings do, no place is missed.
    let Some(wanted) = wanted::read(&block, file)? else {
        return Ok(None);
    };
    Ok(Some(Script {
        file: file.to_owned(),
        root: at?.0,
        wanted: Some(wanted),
    }))
}

/// Whether the environment at `root` is one that vrun made for a script.
pub fn is_own(root: &Path, world: &World) -> bool {
    let around = root.parent();
    // Most are told from that without a question where the cache is.
    around.and_then(Path::file_name) == Some(home::DIR.as_ref())
        && home::dir(world, root).is_ok_and(|dir| around == Some(&dir))
}

/// Whether a script says of itself what it requires, for who goes by another environment.
pub fn has_block(file: &Path, text: Text) -> bool {
    block(file, text).is_ok_and(|block| block.is_some_and(|block| block.may_require()))
}

fn block(file: &Path, text: Text) -> Result<Option<Block>, Error> {
    let text = text.whole().map_err(|error| {
        Error::failed(format!("cannot read {}", shown(file))).cause(reason(&error))
    })?;
    let mut blocks = block::find(&text);
    if let [_, second, ..] = &blocks[..] {
        let line = second.line - 1;
        return Err(wanted::unreadable(file).cause(format_args!(
            "a second `# /// script` block begins in line {line}, and there may be one"
        )));
    }
    Ok(blocks.pop())
}

/// Where its environment lies, and whether there can be one.
fn place(
    file: &Path,
    block: &Block,
    wish: Option<&Wish>,
    world: &World,
) -> Result<(PathBuf, bool), Error> {
    let dir = home::dir(world, file)?;
    let is_open = home::is_open(&dir, file)?;
    Ok((home::root(&dir, file, block, wish, world)?, is_open))
}

fn is_there(root: &Path, usage: Use, voice: Voice) -> bool {
    let is_there = match usage {
        Use::Real => age::claim(root, voice),
        Use::Told => age::is_there(root),
    };
    is_there && home::is_usable(root)
}

/// Takes away environments of scripts that nobody used for long. What cannot go stays.
pub fn sweep(world: &World) {
    let dir = home::dir(world, Path::new(""));
    if let Ok(dir) = dir
        && home::is_open(&dir, Path::new("")).is_ok_and(|is_open| is_open)
    {
        age::sweep(&dir, world);
    }
}

impl Script {
    /// Its environment, as if a search had come upon it.
    ///
    /// # Errors
    /// None that a directory of vrun's own gives rise to.
    pub fn answer(&self, search: &Search) -> Result<Answer, Error> {
        let answer = find::named(self.root.clone(), "", search)?;
        Ok(match answer {
            Answer::Found(mut found) if self.wanted.is_none() => {
                found.why = Why::Script(self.file.clone());
                Answer::Found(found)
            }
            Answer::Found(found) => Answer::Missing(find::Missing {
                at: found.root,
                project: None,
                barred: None,
                left: found.left,
                passed: Vec::new(),
            }),
            Answer::Missing(mut missing) => {
                missing.project = None;
                Answer::Missing(missing)
            }
        })
    }

    /// What it is called: what a shell's prompt shows of its environment.
    pub fn name(&self) -> String {
        shown(self.file.file_name().unwrap_or_default())
    }

    /// Makes the environment. What it is to hold is left in it for `requirements`.
    ///
    /// # Errors
    /// No Python fits, or it cannot be made; Ctrl-C.
    pub fn make(&self, wish: Option<&Wish>, world: &World, voice: Voice) -> Result<(), Error> {
        let Some(wanted) = &self.wanted else {
            return Ok(());
        };
        let (file, at) = (&self.file, &self.root);
        let dir = at.parent().unwrap_or(at);
        home::open(dir, file)?;
        create::discard(at, voice, &|| !home::is_usable(at))?;
        wanted.tell_unheeded(file, voice);
        let own_wish = wanted.wish(file);
        let list = self.list();
        let around = find::beside(file)?.unwrap_or_default();
        let note = requirements::mark_script(&at.join(&list), &around, at);
        let options = Options {
            seeding: self.seeding(wanted, world),
            ..Options::default()
        };
        let order = Order {
            place: Place { at, project: None },
            wish: wish.or(own_wish.as_ref()),
            options: &options,
            occasion: Occasion::FirstUse,
            note: Some(&note),
            world,
            voice,
        };
        let lines: String = wanted.packages.iter().map(|p| format!("{p}\n")).collect();
        create::make_with(&order, &|staged, _| {
            fs::write(staged.join(&list), &lines).map_err(|error| {
                Error::failed(format!("cannot create {}", shown(at))).cause(reason(&error))
            })
        })?;
        if wish.is_some() {
            let version = Venv::open(at)?.cfg.version;
            wanted.tell_misfit(version.as_deref(), file, voice);
        }
        Ok(())
    }

    /// pip is there where it may have something to install.
    fn seeding(&self, wanted: &Wanted, world: &World) -> Seeding {
        let is_uvs = world.setting("VRUN_INSTALLER").is_some_and(|by| by == "uv");
        match wanted.packages.is_empty() || is_uvs {
            true => Seeding::Nothing,
            false => Seeding::Bundled,
        }
    }

    /// The file in the environment that lists what is required, by a name that says whose that is.
    fn list(&self) -> String {
        let own = self.root.file_name().unwrap_or_default().to_string_lossy();
        let name = own.rsplit_once('-').map_or(&*own, |(name, _)| name);
        requirements::list_of_script(name)
    }

    /// What is said where its environment is asked for and not made. Nobody but vrun, when it runs the script, knows
    /// what to put into it.
    pub fn absence(&self) -> Error {
        let hint = format!(
            "`vrun -s {}` makes it, and runs the script",
            typed(&self.file)
        );
        self.unmade().hint(hint)
    }

    fn unmade(&self) -> Error {
        Error::failed(format!("there is no environment for {}", shown(&self.file)))
    }

    /// What is said where no environment may be made.
    pub fn refusal(&self) -> Error {
        self.unmade()
            .cause("`--no-create` or VRUN_NO_CREATE keeps vrun from making it")
            .hint(format!(
                "`vrun --no-script-env {}` runs it in the project's",
                typed(&self.file)
            ))
    }
}
