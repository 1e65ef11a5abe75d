//! `shopkeeper transcripts`: what a writer of transcripts needs at hand.

use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use clap::Subcommand;
use dialogues::transcript::{givens, parse};
use shopkeeper::replay::find;

#[derive(Subcommand)]
pub(crate) enum Transcripts {
    /// List the sentences that may follow “Given”
    Givens,
    /// Rewrite transcripts in their one spelling
    Fmt {
        /// Only tell which files are not in it, and fail if there are any
        #[arg(long)]
        check: bool,
        /// Files or folders; all transcripts of the repository if none is named
        paths: Vec<PathBuf>,
    },
}

impl Transcripts {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Givens => {
                givens().for_each(|given| println!("{given}"));
                Ok(())
            }
            Self::Fmt { check, paths } => fmt(check, &paths),
        }
    }
}

fn fmt(check: bool, paths: &[PathBuf]) -> anyhow::Result<()> {
    let mut other = 0;
    for file in find(paths).context("the transcripts cannot be found")? {
        let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let printed = parse(&text).map_err(|error| anyhow!("{}: {error}", file.display()))?.print();
        if printed == text {
            continue;
        }
        other += 1;
        println!("{}", file.display());
        if !check {
            std::fs::write(&file, printed).with_context(|| file.display().to_string())?;
        }
    }
    if check && other > 0 {
        bail!("{other} files are not in the one spelling; `shopkeeper transcripts fmt` rewrites them");
    }
    Ok(())
}
