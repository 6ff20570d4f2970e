//! A list and something to do with each of it -> done by several threads, each of which comes for the next one
//! when it is through with the last: most of what first use does is the file system's work.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::{io, thread};

/// How many threads work on what keeps processors busy. To ask how many there are takes longer than to start
/// one.
const THREADS: usize = 4;

/// A list that several threads work on.
#[derive(Debug)]
pub(crate) struct WorkQueue<T> {
    items: Vec<T>,
    claimed: AtomicUsize,
}

impl<T> WorkQueue<T> {
    /// All of it is to be done.
    pub(crate) fn new(items: Vec<T>) -> Self {
        WorkQueue {
            items,
            claimed: AtomicUsize::new(0),
        }
    }

    /// One after the other from the first on, for one thread, while another goes `backwards`, until they meet.
    /// So each stays among what lies together, and rarely waits for a lock that the other has.
    pub(crate) fn iter_forward(&self) -> impl Iterator<Item = &T> {
        self.items.iter().take_while(|_| self.claim_next())
    }

    /// The same from the last on.
    pub(crate) fn iter_backward(&self) -> impl Iterator<Item = &T> {
        self.items.iter().rev().take_while(|_| self.claim_next())
    }

    fn claim_next(&self) -> bool {
        self.claimed.fetch_add(1, Ordering::Relaxed) < self.items.len()
    }

    /// There is no use in doing the rest.
    pub(crate) fn cancel(&self) {
        self.claimed.store(self.items.len(), Ordering::Relaxed);
    }
}

/// What `own` makes on this thread and `other` on another; or after it, where there is no other to be had.
///
/// # Errors
/// What `own` says, else `other`.
pub(crate) fn run_both<T: Send>(
    other: impl Fn() -> io::Result<T> + Sync,
    own: impl FnOnce() -> io::Result<T>,
) -> io::Result<[T; 2]> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().spawn_scoped(scope, &other);
        let own = own();
        let other = match thread {
            Ok(thread) => thread.join().unwrap_or_else(|_| Err(thread_panicked())),
            Err(_) => other(),
        };
        Ok([own?, other?])
    })
}

/// What `act` makes of each item, in no order.
///
/// # Errors
/// One that `act` returns.
pub(crate) fn parallel_map<T: Sync, R: Send>(
    items: &[T],
    act: impl Fn(&T) -> io::Result<R> + Sync,
) -> io::Result<Vec<R>> {
    let taken = AtomicUsize::new(0);
    let take = || items.get(taken.fetch_add(1, Ordering::Relaxed));
    let give_up = || taken.store(items.len(), Ordering::Relaxed);
    let work = || {
        let mut made = Vec::new();
        while let Some(item) = take() {
            made.push(act(item).inspect_err(|_| give_up())?);
        }
        Ok(made)
    };
    thread::scope(|scope| {
        let start = |_| thread::Builder::new().spawn_scoped(scope, work).ok();
        let others: Vec<_> = (1..THREADS).filter_map(start).collect();
        let mut made = work()?;
        for other in others {
            made.extend(other.join().unwrap_or_else(|_| Err(thread_panicked()))?);
        }
        Ok(made)
    })
}

fn thread_panicked() -> io::Error {
    io::Error::other("a thread that makes files failed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_is_done_once_and_an_error_counts() {
        for length in [0, 1, 2, 7, 100] {
            let items: Vec<usize> = (0..length).collect();
            let mut doubled = parallel_map(&items, |item| Ok(item * 2)).expect("no error");
            doubled.sort_unstable();
            let expected: Vec<_> = items.iter().map(|item| item * 2).collect();
            assert_eq!(doubled, expected);
        }
        let failed = parallel_map(&[1, 2, 3], |item| match item {
            2 => Err(io::Error::other(format!("{item}"))),
            _ => Ok(()),
        });
        assert_eq!(failed.expect_err("an error").to_string(), "2");
    }

    #[test]
    fn two_threads_share_the_jobs_from_both_ends() {
        for length in [0, 1, 100, 1000] {
            let jobs = WorkQueue::new((0..length).collect());
            let done = run_both(
                || Ok(jobs.iter_forward().copied().collect::<Vec<usize>>()),
                || Ok(jobs.iter_backward().copied().collect()),
            );
            let mut done = done.expect("no error").concat();
            done.sort_unstable();
            assert_eq!(done, (0..length).collect::<Vec<_>>());
        }
        let failing = |name| move || Err::<(), _>(io::Error::other(name));
        let failed = run_both(failing("other"), failing("own"));
        assert_eq!(failed.expect_err("an error").to_string(), "own");
        let failed = run_both(failing("other"), || Ok(()));
        assert_eq!(failed.expect_err("an error").to_string(), "other");
    }

    #[test]
    fn what_is_given_up_is_not_begun() {
        let jobs = WorkQueue::new(vec![1, 2, 3]);
        assert_eq!(jobs.iter_forward().next(), Some(&1));
        jobs.cancel();
        assert_eq!(jobs.iter_backward().next(), None);
    }
}
