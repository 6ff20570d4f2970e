//! A list and something to do with each of it -> the results, in order, made by several threads: most of what
//! first use does is the file system's work.

use std::io;
use std::thread;

/// How many. More do not help in one directory tree, and to ask how many the machine has takes longer than to
/// start them.
const THREADS: usize = 4;

/// What `act` makes of each item.
///
/// # Errors
/// The first that `act` returns; or a thread failed.
pub fn each<T: Sync, R: Send>(
    items: &[T],
    act: impl Fn(&T) -> io::Result<R> + Sync,
) -> io::Result<Vec<R>> {
    let share = items.len().div_ceil(THREADS).max(1);
    let act = &act;
    let run = |share: &[T]| share.iter().map(act).collect::<io::Result<Vec<R>>>();
    thread::scope(|scope| {
        let mut shares = items.chunks(share);
        let own = shares.next().unwrap_or_default();
        let others: Vec<_> = shares
            .map(|share| scope.spawn(move || run(share)))
            .collect();
        let mut results = run(own)?;
        for other in others {
            let failed = |_| Err(io::Error::other("a thread that makes files failed"));
            results.extend(other.join().unwrap_or_else(failed)?);
        }
        Ok(results)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_the_first_error_counts() {
        for length in [0, 1, 2, 7, 100] {
            let items: Vec<usize> = (0..length).collect();
            let doubled = each(&items, |item| Ok(item * 2)).expect("no error");
            assert_eq!(
                doubled,
                items.iter().map(|item| item * 2).collect::<Vec<_>>()
            );
        }
        let failed = each(&[1, 2, 3], |item| match item {
            1 => Ok(()),
            item => Err(io::Error::other(format!("{item}"))),
        });
        assert_eq!(failed.expect_err("an error").to_string(), "2");
    }
}
