//! Readers and the files that they may meet: whatever is in one, the reader returns.
//!
//! Each reader is called by a test beside it, because most are private to their module. That, and that vrun is a program
//! without a library, is why this is not cargo-fuzz: there is no feedback from what was reached, and no other compiler
//! is needed. Real files, in `seeds/`, are changed at random, by the same dice on every run; with VRUN_FUZZ_SECONDS for
//! so long, by others each time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use std::{env, fs};

/// An input does not grow beyond this.
const MAX_LENGTH: usize = 16 << 10;

/// Bytes that mean something to one reader or another.
const SPECIAL: &[u8] = b"\0\n\r\t \"'\\#$%()*+,-./:;<=>@[]`{|}~\x1b\x7f\x80\xbf\xc3\xe2\xf0\xff";

/// Calls `read` with the seeds of `kind`, then `rounds` times with one that was changed.
#[track_caller]
pub(crate) fn fuzz(kind: &str, rounds: u32, read: impl Fn(&[u8])) {
    let seeds = seeds(kind);
    let check = |input: &[u8]| {
        let read = catch_unwind(AssertUnwindSafe(|| read(input)));
        assert!(read.is_ok(), "{kind}: b\"{}\"", input.escape_ascii());
    };
    seeds.iter().for_each(|seed| check(seed));
    let seconds = env::var("VRUN_FUZZ_SECONDS").ok();
    let seconds = seconds.map(|text| text.parse().expect("a number of seconds"));
    let Some(limit) = seconds.map(Duration::from_secs) else {
        let mut dice = Dice(0x5eed);
        return (0..rounds).for_each(|_| check(&changed(&seeds, &mut dice)));
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let mut dice = Dice(now.expect("a time after 1970").as_nanos() as u64);
    let (start, mut count) = (Instant::now(), 0);
    while start.elapsed() < limit {
        check(&changed(&seeds, &mut dice));
        count += 1;
    }
    println!("{kind}: {count} inputs");
}

fn seeds(kind: &str) -> Vec<Vec<u8>> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/seeds")
        .join(kind);
    let entries = fs::read_dir(&dir).expect("seeds");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a seed").path()).collect();
    files.sort();
    files
        .iter()
        .map(|file| fs::read(file).expect("a seed"))
        .collect()
}

/// A seed after a few changes.
fn changed(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = dice.pick(seeds).clone();
    for _ in 0..1 + dice.below(6) {
        let at = dice.below(bytes.len() + 1);
        let end = (at + 1 + dice.small(10)).min(bytes.len());
        match dice.below(9) {
            0 if at < end => bytes[at] ^= 1 << dice.below(8),
            1 if at < end => bytes[at] = *dice.pick(SPECIAL),
            2 => bytes.insert(at, *dice.pick(SPECIAL)),
            3 => drop(bytes.drain(at..end)),
            4 => bytes.truncate(at),
            // Again and again.
            5 => {
                let part = bytes[at..end].repeat(1 + dice.small(8));
                bytes.splice(at..at, part);
            }
            // A part of another.
            6 => {
                let other = dice.pick(seeds);
                let from = dice.below(other.len() + 1);
                let to = (from + 1 + dice.below(64)).min(other.len());
                bytes.splice(at..end, other[from..to].iter().copied());
            }
            // A number that is as large as can be, or nearly.
            7 => {
                let number = [0, 1, 0x7fff_ffff, 0x8000_0000, u32::MAX][dice.below(5)];
                let number = number.wrapping_sub(dice.below(3) as u32).to_le_bytes();
                let width = 1 << dice.below(3);
                for (byte, new) in bytes[at..].iter_mut().zip(&number[..width]) {
                    *byte = *new;
                }
            }
            _ => {
                let digits = ["0", "-1", "99999999999999999999", "18446744073709551615"];
                bytes.splice(at..end, dice.pick(&digits).bytes());
            }
        }
        bytes.truncate(MAX_LENGTH);
    }
    bytes
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.roll() % limit as u64) as usize
    }

    /// Below 2 to the power of `bits`, and mostly far below.
    fn small(&mut self, bits: usize) -> usize {
        let bits = self.below(bits);
        self.below(1 << bits)
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

#[test]
#[should_panic(expected = "redirect: b\"")]
fn an_input_that_makes_a_reader_panic_is_shown() {
    fuzz("redirect", 100, |bytes| assert!(bytes.len() < 40));
}
