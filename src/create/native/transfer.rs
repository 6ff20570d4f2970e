//! Files of the store -> the same files in an environment, by the cheapest way that the file system has: a clone
//! that shares its blocks until one of the two is written to, else a hard link, else a copy.
//!
//! Each has the time of the store's file, for a `.pyc` counts only as long as its source has the time it had.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::PathBuf;

use super::{failed, make_dir, parallel};
use crate::os;

/// A file to be taken along.
#[derive(Debug)]
pub struct Item {
    /// The store's.
    pub from: PathBuf,
    /// Where it is to be.
    pub to: PathBuf,
    /// Whether it is a program.
    pub is_program: bool,
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Clone,
    Link,
    Copy,
}

/// Puts each item in its place. `usual` is a file as this process makes them.
///
/// # Errors
/// Something cannot be written.
pub fn transfer(items: &[Item], usual: &Metadata) -> io::Result<()> {
    let mut parents: Vec<_> = items.iter().filter_map(|item| item.to.parent()).collect();
    // By their bytes: to compare paths part by part takes longer than to make the directories.
    parents.sort_unstable_by_key(|parent| parent.as_os_str());
    parents.dedup_by_key(|parent| parent.as_os_str());
    parallel::each(&parents, |parent| make_dir(parent))?;
    let Some((first, rest)) = items.split_first() else {
        return Ok(());
    };
    let way = start(first, usual)?;
    parallel::each(rest, |item| put(item, way)).map(drop)
}

/// Puts the first in its place, and says in which way it went.
fn start(first: &Item, usual: &Metadata) -> io::Result<Way> {
    // Under another umask the store's file has the wrong mode.
    let has_mode = |found: Metadata| first.is_program || os::same_mode(&found, usual);
    if !fs::metadata(&first.from).is_ok_and(has_mode) {
        return put(first, Way::Copy).map(|()| Way::Copy);
    }
    if os::clone(&first.from, &first.to).is_ok() {
        return Ok(Way::Clone);
    }
    put(first, Way::Link).map(|()| Way::Link)
}

fn put(item: &Item, way: Way) -> io::Result<()> {
    let Item { from, to, .. } = item;
    let placed = match way {
        Way::Clone => os::clone(from, to),
        Way::Link => fs::hard_link(from, to),
        Way::Copy => return copy(item),
    };
    match placed {
        Ok(()) if item.is_program && matches!(way, Way::Clone) => {
            os::make_executable(to).map_err(|error| failed("write", to, &error))
        }
        Ok(()) => Ok(()),
        // On another file system; or the file has as many links as it may have.
        Err(_) => copy(item),
    }
}

fn copy(item: &Item) -> io::Result<()> {
    let Item {
        from,
        to,
        is_program,
    } = item;
    let written = || {
        let mut source = File::open(from)?;
        let time = source.metadata()?.modified()?;
        let mut file = File::create_new(to)?;
        io::copy(&mut source, &mut file)?;
        file.set_modified(time)?;
        if *is_program {
            os::make_executable(to)?;
        }
        Ok(())
    };
    written().map_err(|error| failed("write", to, &error))
}
