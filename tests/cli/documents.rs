//! The commands that stand in the documents: every block of them is run by a test, or says why it is not, and every
//! command and flag that a sentence names exists.

use std::fs;
use std::path::{Path, PathBuf};

use super::support::Home;

/// A fenced block.
pub struct Block {
    /// What stands behind the fence: the language, and why it is not run where it is not.
    pub info: String,
    /// The file that the block is, where the line before it is only a name: "`name`:".
    pub file: Option<String>,
    pub text: String,
}

/// The blocks of a document, in their order.
pub fn blocks(document: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut before = "";
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let file = before.strip_prefix('`').and_then(|name| name.strip_suffix("`:"));
            let file = file.filter(|name| !name.contains('`')).map(str::to_owned);
            blocks.push(Block { info: info.to_owned(), file, text: text.join("\n") + "\n" });
            before = "";
        } else if !line.is_empty() {
            before = line;
        }
    }
    blocks
}

/// The documents whose blocks of commands are run: by `readme`, `recipes` and `.ci/with_sync.py`.
const RUN: [&str; 3] = ["README.md", "docs/recipes.md", "docs/sync.md"];

/// The documents that people write; `docs/cli.md` and `docs/keys.md` are held by the tests of help and keys.
fn documents() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [root.to_owned(), root.join("docs")];
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let files = files.map(|entry| entry.unwrap().path());
    let files: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect();
    files
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .filter(|(name, _)| !["docs/cli.md", "docs/keys.md"].contains(&name.as_str()))
        .collect()
}

#[test]
fn every_block_of_commands_is_run_or_says_why_it_is_not() {
    let mut unexplained = Vec::new();
    for (name, text) in documents() {
        for block in blocks(&text).iter().filter(|block| block.info.starts_with("sh")) {
            let reason = block.info.strip_prefix("sh ignore: ").unwrap_or_default();
            if reason.is_empty() && !(block.info == "sh" && RUN.contains(&name.as_str())) {
                unexplained.push(format!("{name}: ```{}\n{}", block.info, block.text));
            }
        }
    }
    assert_eq!(unexplained, Vec::<String>::new());
}

/// What stands between backticks in sentences and begins with `etui`.
fn inline_commands(document: &str) -> Vec<String> {
    let mut inside = false;
    let sentences = document.lines().filter(|line| {
        let is_fence = line.starts_with("```");
        inside ^= is_fence;
        !inside && !is_fence
    });
    let sentences: Vec<&str> = sentences.collect();
    let text = sentences.join(" ").replace("``", "");
    let code = text.split('`').skip(1).step_by(2);
    let calls = code.flat_map(|code| code.split('|')).map(str::trim);
    calls.filter(|code| code.starts_with("etui ")).map(str::to_owned).collect()
}

#[test]
fn every_command_and_flag_that_a_document_names_exists() {
    let home = Home::empty();
    let commands = etui::cli::commands();
    let of_all = home.etui(&["--help"]).succeeded().text().to_owned();
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, text) in documents() {
        for code in inline_commands(&text) {
            count += 1;
            let words: Vec<&str> = code.split_whitespace().skip(1).take_while(|word| *word != "--").collect();
            let command = words.iter().find(|word| !word.starts_with('-')).copied().unwrap_or_default();
            if ["COMMAND", "help", ""].contains(&command) {
                continue;
            }
            if !commands.iter().any(|known| known == command) {
                wrong.push(format!("{name}: `{code}`: no command '{command}'"));
                continue;
            }
            let help = home.etui(&[command, "--help"]).succeeded().text().to_owned() + &of_all;
            let flags = words.iter().filter(|word| word.starts_with("--"));
            let unknown = flags.filter(|flag| !help.contains(flag.split('=').next().unwrap()));
            wrong.extend(unknown.map(|flag| format!("{name}: `{code}`: no flag '{flag}'")));
        }
    }
    assert!(count >= 120, "only {count} commands were found");
    assert_eq!(wrong, Vec::<String>::new());
}
