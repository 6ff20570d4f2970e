//! A console has no background: what a helper asks there is answered there.

use std::fs::File;
use std::io;
use std::process::Child;

/// None is needed.
#[derive(Debug)]
pub(crate) enum Terminal {}

pub(crate) fn can_ask() -> bool {
    true
}

impl Terminal {
    pub(crate) fn open() -> Option<Terminal> {
        None
    }

    pub(crate) fn file(&self) -> &File {
        match *self {}
    }

    pub(crate) fn is_lent(&self) -> bool {
        match *self {}
    }

    pub(crate) fn was_lent(&self) -> bool {
        match *self {}
    }

    pub(crate) fn is_wanted(&mut self, _: &Child) -> io::Result<bool> {
        match *self {}
    }

    pub(crate) fn lend(&mut self, _: &Child) {}

    pub(crate) fn take_back(&mut self) {}
}
