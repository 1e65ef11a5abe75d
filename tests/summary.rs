//! The last target of `cargo test`: prints which tests the other targets ignored, and why.

// Printing is what it is for.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::fs;
use std::path::Path;

fn main() {
    // cargo-nextest lists the tests of a target by `--list`, and names skipped tests itself.
    if std::env::args().len() > 1 {
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("skipped");
    let files =
        fs::read_dir(&folder).into_iter().flatten().map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let mut lines: Vec<String> = files.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    lines.sort();
    // What is said once is not said of the next run.
    let _ = fs::remove_dir_all(folder);
    let counted = |line: &String| line.split('\t').nth(1).unwrap().parse::<u32>().unwrap();
    match lines.iter().map(counted).sum::<u32>() {
        0 => println!("\nNo test was left out for want of a program."),
        left_out => {
            println!("\nIgnored, each for its reason: {left_out} tests");
            for line in &lines {
                let (target, rest) = line.split_once('\t').unwrap();
                let (count, reason) = rest.split_once('\t').unwrap();
                println!("  {target:<8} {count:>2}  {reason}");
            }
        }
    }
}
