//! A list of items -> each handled by one of several threads. First use spends most of its time in file system calls,
//! which several threads can make in parallel.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::{io, thread};

/// The threads for work that keeps processors busy. Asking how many processors there are takes longer than starting
/// one.
const THREADS: usize = 4;

/// A list that two threads take items from.
#[derive(Debug)]
pub(crate) struct WorkQueue<T> {
    items: Vec<T>,
    claimed: AtomicUsize,
}

impl<T> WorkQueue<T> {
    pub(crate) fn new(items: Vec<T>) -> Self {
        WorkQueue {
            items,
            claimed: AtomicUsize::new(0),
        }
    }

    /// The items from the first on, for one thread, while another takes them from the last on, until they meet. So each
    /// works on neighbours, and rarely waits for a lock that the other holds.
    pub(crate) fn iter_forward(&self) -> impl Iterator<Item = &T> {
        self.items.iter().take_while(|_| self.claim_next())
    }

    /// The items from the last on.
    pub(crate) fn iter_backward(&self) -> impl Iterator<Item = &T> {
        self.items.iter().rev().take_while(|_| self.claim_next())
    }

    fn claim_next(&self) -> bool {
        self.claimed.fetch_add(1, Ordering::Relaxed) < self.items.len()
    }

    /// Ends both iterators.
    pub(crate) fn cancel(&self) {
        self.claimed.store(self.items.len(), Ordering::Relaxed);
    }
}

/// Runs `own` on this thread and `other` on a new one, or after it if none can be started.
///
/// # Errors
/// Those of `own`, else of `other`.
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

/// The results of `act` for each item, in any order.
///
/// # Errors
/// One that `act` returned; then the rest is not done.
pub(crate) fn parallel_map<T: Sync, R: Send>(
    items: &[T],
    act: impl Fn(&T) -> io::Result<R> + Sync,
) -> io::Result<Vec<R>> {
    let claimed = AtomicUsize::new(0);
    let work = || {
        let mut results = Vec::new();
        while let Some(item) = items.get(claimed.fetch_add(1, Ordering::Relaxed)) {
            let cancel = |_: &_| claimed.store(items.len(), Ordering::Relaxed);
            results.push(act(item).inspect_err(cancel)?);
        }
        Ok(results)
    };
    thread::scope(|scope| {
        let start = |_| thread::Builder::new().spawn_scoped(scope, work).ok();
        let others: Vec<_> = (1..THREADS).filter_map(start).collect();
        let mut results = work()?;
        for other in others {
            results.extend(other.join().unwrap_or_else(|_| Err(thread_panicked()))?);
        }
        Ok(results)
    })
}

fn thread_panicked() -> io::Error {
    io::Error::other("a worker thread panicked")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_is_done_once_and_an_error_is_returned() {
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
    fn two_threads_share_the_queue_from_both_ends() {
        for length in [0, 1, 100, 1000] {
            let queue = WorkQueue::new((0..length).collect());
            let done = run_both(
                || Ok(queue.iter_forward().copied().collect::<Vec<usize>>()),
                || Ok(queue.iter_backward().copied().collect()),
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
    fn a_cancelled_queue_gives_no_more_items() {
        let queue = WorkQueue::new(vec![1, 2, 3]);
        assert_eq!(queue.iter_forward().next(), Some(&1));
        queue.cancel();
        assert_eq!(queue.iter_backward().next(), None);
    }
}
