//! `shopkeeper transcripts`: what a writer of transcripts needs at hand.

use std::path::{Path, PathBuf};

use any_bot::AnyBot;
use anyhow::{Context, anyhow, bail};
use clap::Subcommand;
use dialogues::app::Shop;
use dialogues::transcript::html::{html, index, page};
use dialogues::transcript::{givens, help, parse};
use shopkeeper::replay::{find, repository};
use shopkeeper::tea_house;

// The help of clap's own would have the same name as ours.
#[derive(Subcommand)]
#[command(disable_help_subcommand = true)]
pub(crate) enum Transcripts {
    /// Explain the language of .chat files: every sentence, with what it means
    Help {
        /// Print it as the page dialogues/transcripts/README.md
        #[arg(long)]
        markdown: bool,
        /// The language for bots that `shopkeeper replay --bot` starts
        #[arg(long)]
        any_bot: bool,
    },
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
    /// Show transcripts as chat bubbles, for whoever approves texts
    Html {
        /// The folder to write to
        #[arg(long, default_value = "target/transcripts")]
        out: PathBuf,
        /// Files or folders; all transcripts of the repository if none is named
        paths: Vec<PathBuf>,
    },
}

impl Transcripts {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Help { markdown, any_bot } => {
                let help = match (markdown, any_bot) {
                    (true, false) => help::page::<Shop>(),
                    (false, false) => help::text::<Shop>(),
                    (true, true) => help::page::<AnyBot>(),
                    (false, true) => help::text::<AnyBot>(),
                };
                print!("{help}");
                Ok(())
            }
            Self::Givens => {
                givens().for_each(|given| println!("{given}"));
                Ok(())
            }
            Self::Fmt { check, paths } => fmt(check, &paths),
            Self::Html { out, paths } => write_html(&out, &paths),
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

/// A page for each transcript, one that lists them, and the pictures beside them.
fn write_html(out: &Path, paths: &[PathBuf]) -> anyhow::Result<()> {
    let files = find(paths).context("the transcripts cannot be found")?;
    let pictures = copy_pictures(&out.join("pictures"))?;
    let transcripts = repository().join("dialogues/transcripts");
    let mut listed = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let script = parse(&text).map_err(|error| anyhow!("{}: {error}", file.display()))?;
        let place = file.strip_prefix(&transcripts).unwrap_or(Path::new(file.file_name().unwrap_or_default()));
        let flow = place.parent().map(|flow| flow.display().to_string()).unwrap_or_default();
        let name = place.with_extension("html").display().to_string().replace('/', "-");
        let title = script.title().unwrap_or("A transcript").to_owned();
        let body = html(&script, |picture| {
            pictures.iter().any(|known| known == picture).then(|| format!("pictures/{picture}"))
        });
        std::fs::write(out.join(&name), page(&title, &body)).with_context(|| name.clone())?;
        listed.push((title, flow, name));
    }
    let rows: Vec<(&str, &str, &str)> =
        listed.iter().map(|(title, flow, href)| (title.as_str(), flow.as_str(), href.as_str())).collect();
    std::fs::write(out.join("index.html"), page("Transcripts", &index(&rows)))?;
    println!("{} transcripts are in {}", listed.len(), out.join("index.html").display());
    Ok(())
}

fn copy_pictures(to: &Path) -> anyhow::Result<Vec<String>> {
    std::fs::create_dir_all(to).with_context(|| to.display().to_string())?;
    let copy = |(name, content): (&'static str, &'static [u8])| {
        std::fs::write(to.join(name), content).with_context(|| name.to_owned()).map(|()| name.to_owned())
    };
    tea_house::pictures().map(copy).collect()
}
