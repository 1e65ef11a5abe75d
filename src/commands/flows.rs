//! `shopkeeper flows`: the state diagrams, derived from the code.

use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use dialogues::atlas::atlas;
use dialogues::diagram::{Diagram, all, files};
use shopkeeper::replay::repository;

/// Prints the flows' state diagrams. Nobody draws them: a walk through all that can be done finds every state and edge.
#[derive(Args)]
pub(crate) struct Flows {
    /// Only this flow, such as cart; all if not named
    flow: Option<String>,
    /// In which language
    #[arg(long, value_enum, default_value_t = Format::Mermaid)]
    format: Format,
    /// Write dialogues/diagrams/ anew, which a test holds against the code
    #[arg(long, conflicts_with_all = ["flow", "format"])]
    write: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Mermaid,
    Dot,
    Svg,
}

impl Flows {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let diagrams = all(&atlas());
        if self.write {
            return write(&diagrams);
        }
        let wanted =
            |diagram: &&Diagram| self.flow.as_ref().is_none_or(|flow| flow.eq_ignore_ascii_case(&diagram.name));
        let chosen: Vec<&Diagram> = diagrams.iter().filter(wanted).collect();
        if chosen.is_empty() {
            let known: Vec<String> = diagrams.iter().map(|diagram| diagram.name.to_lowercase()).collect();
            bail!("there is no such flow; there are {}", known.join(", "));
        }
        for diagram in chosen {
            let text = match self.format {
                Format::Mermaid => diagram.mermaid(),
                Format::Dot => diagram.dot(),
                Format::Svg => diagram.svg(),
            };
            // Whoever reads only the beginning closes the pipe.
            if let Err(error) = writeln!(std::io::stdout(), "{}", text.trim_end()) {
                return if error.kind() == ErrorKind::BrokenPipe { Ok(()) } else { Err(error.into()) };
            }
        }
        Ok(())
    }
}

fn write(diagrams: &[Diagram]) -> anyhow::Result<()> {
    let folder: PathBuf = repository().join("dialogues/diagrams");
    std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let written = files(diagrams);
    for file in std::fs::read_dir(&folder)?.flatten() {
        if !written.iter().any(|(name, _)| file.file_name().to_str() == Some(name)) {
            std::fs::remove_file(file.path())?;
        }
    }
    for (name, content) in &written {
        let file = folder.join(name);
        std::fs::write(&file, content).with_context(|| file.display().to_string())?;
    }
    println!("{} files are written to {}", written.len(), folder.display());
    Ok(())
}
