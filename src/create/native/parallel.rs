//! A list and something to do with each of it -> done by several threads, each of which comes for the next one
//! when it is through with the last: most of what first use does is the file system's work.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// How many threads work on what keeps processors busy. To ask how many there are takes longer than to start
/// one.
const THREADS: usize = 4;

/// A list that several threads work on.
#[derive(Debug)]
pub struct Jobs<'a, T> {
    items: &'a [T],
    taken: AtomicUsize,
}

impl<'a, T> Jobs<'a, T> {
    /// All of it is to be done.
    pub fn new(items: &'a [T]) -> Self {
        Jobs {
            items,
            taken: AtomicUsize::new(0),
        }
    }

    /// The next that no one has taken.
    pub fn take(&self) -> Option<&'a T> {
        self.items.get(self.taken.fetch_add(1, Ordering::Relaxed))
    }

    /// There is no use in doing the rest.
    pub fn give_up(&self) {
        self.taken.store(self.items.len(), Ordering::Relaxed);
    }
}

/// Has another thread begin with `shared`, which this one joins in once it has done `own`; what the two made of
/// `shared`. Where there is no thread to be had, this one does it all.
///
/// # Errors
/// What `own` says, else `shared`.
pub fn beside<T: Send>(
    shared: impl Fn() -> io::Result<T> + Sync,
    own: impl FnOnce() -> io::Result<()>,
) -> io::Result<Vec<T>> {
    let shared = &shared;
    thread::scope(|scope| {
        let other = thread::Builder::new().spawn_scoped(scope, shared);
        own()?;
        let mut made = vec![shared()?];
        if let Ok(other) = other {
            made.push(other.join().unwrap_or_else(|_| Err(died()))?);
        }
        Ok(made)
    })
}

/// What `act` makes of each item, in no order.
///
/// # Errors
/// One that `act` returns.
pub fn each<T: Sync, R: Send>(
    items: &[T],
    act: impl Fn(&T) -> io::Result<R> + Sync,
) -> io::Result<Vec<R>> {
    let jobs = Jobs::new(items);
    let work = || {
        let mut made = Vec::new();
        while let Some(item) = jobs.take() {
            made.push(act(item).inspect_err(|_| jobs.give_up())?);
        }
        Ok(made)
    };
    thread::scope(|scope| {
        let start = |_| thread::Builder::new().spawn_scoped(scope, work).ok();
        let others: Vec<_> = (1..THREADS).filter_map(start).collect();
        let mut made = work()?;
        for other in others {
            made.extend(other.join().unwrap_or_else(|_| Err(died()))?);
        }
        Ok(made)
    })
}

fn died() -> io::Error {
    io::Error::other("a thread that makes files failed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_is_done_once_and_an_error_counts() {
        for length in [0, 1, 2, 7, 100] {
            let items: Vec<usize> = (0..length).collect();
            let mut doubled = each(&items, |item| Ok(item * 2)).expect("no error");
            doubled.sort_unstable();
            let expected: Vec<_> = items.iter().map(|item| item * 2).collect();
            assert_eq!(doubled, expected);
        }
        let failed = each(&[1, 2, 3], |item| match item {
            2 => Err(io::Error::other(format!("{item}"))),
            _ => Ok(()),
        });
        assert_eq!(failed.expect_err("an error").to_string(), "2");
    }

    #[test]
    fn two_threads_share_the_jobs_and_own_work_comes_first() {
        let items: Vec<usize> = (0..100).collect();
        let jobs = Jobs::new(&items);
        let count = || Ok(std::iter::from_fn(|| jobs.take()).count());
        let mut own = false;
        let counts = beside(count, || {
            own = true;
            Ok(())
        });
        assert_eq!(counts.expect("no error").iter().sum::<usize>(), 100);
        assert!(own);
        let failed = beside(|| Ok(()), || Err(io::Error::other("own")));
        assert_eq!(failed.expect_err("an error").to_string(), "own");
    }
}
