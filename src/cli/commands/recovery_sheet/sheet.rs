//! The text of the sheet, no line longer than paper is wide.

use std::path::{Path, PathBuf};

use crate::cli::qr::{self, Ground};
use crate::cli::wording;
use crate::domain::{StateFingerprint, Timestamp, visible};
use crate::memory::SecretBytes;
use crate::vault::KdfCost;

/// A line to write on by hand.
const BLANK: &str = "  ____________________________________________________________________\n";

/// How many digits of the key file stand together, and how many of such groups in a line.
const GROUP: usize = 4;
const GROUPS: usize = 4;

/// What the sheet says of the key file.
pub(super) enum KeyFileOnSheet<'a> {
    /// The password alone opens the vault.
    NotNeeded,
    /// Needed, and to be written on it by hand or kept elsewhere.
    LeftOut,
    /// The text of the key file that opens the vault.
    Digits(&'a SecretBytes),
}

/// What stands on the sheet. Nothing of what is stored is among it.
pub(super) struct Sheet<'a> {
    pub(super) made: Timestamp,
    pub(super) vault_id: [u8; 16],
    pub(super) vault: &'a Path,
    pub(super) state: StateFingerprint,
    pub(super) cost: KdfCost,
    pub(super) key_file: KeyFileOnSheet<'a>,
    pub(super) key_file_path: Option<&'a Path>,
    pub(super) copies: &'a [PathBuf],
}

impl Sheet<'_> {
    /// The whole text.
    pub(super) fn text(&self, ground: Ground) -> SecretBytes {
        let mut text = SecretBytes::new();
        text.extend(self.introduction().as_bytes());
        text.extend(self.vault().as_bytes());
        self.key_file(ground, &mut text);
        text.extend(self.password_and_copies().as_bytes());
        text.extend(self.steps().as_bytes());
        text
    }

    fn has_key_file(&self) -> bool {
        matches!(self.key_file, KeyFileOnSheet::Digits(_))
    }

    fn needs_key_file(&self) -> bool {
        !matches!(self.key_file, KeyFileOnSheet::NotNeeded)
    }

    fn introduction(&self) -> String {
        let holds = if self.has_key_file() {
            "It holds the key file of the vault: keep it where nobody else reads\n\
             it. It holds no password and no secret.\n"
        } else {
            "It holds no password, no key and no secret.\n"
        };
        format!(
            "ETUI RECOVERY SHEET                                {}\n\n\
             This sheet helps to open an etui vault when the computer it was on is\n\
             gone. {holds}\n",
            self.made
        )
    }

    fn vault(&self) -> String {
        let id = format!("{:032x}", u128::from_be_bytes(self.vault_id));
        let key_file = if self.needs_key_file() { "needed besides the password" } else { "none is needed" };
        format!(
            "THE VAULT\n  \
             Vault id    {} {} {} {}\n  \
             File        {}\n  \
             State       {}  (number of changes, and digits of the newest)\n  \
             Unlocking   {}\n  \
             Key file    {key_file}\n\n",
            &id[..8],
            &id[8..16],
            &id[16..24],
            &id[24..],
            shown(self.vault),
            self.state,
            wording::cost(self.cost),
        )
    }

    fn key_file(&self, ground: Ground, text: &mut SecretBytes) {
        if !self.needs_key_file() {
            return;
        }
        text.extend(b"KEY FILE\n");
        if let Some(path) = self.key_file_path {
            text.extend(format!("  It was at {}\n", shown(path)).as_bytes());
        }
        match self.key_file {
            KeyFileOnSheet::Digits(digits) => write_digits(digits, ground, text),
            KeyFileOnSheet::LeftOut | KeyFileOnSheet::NotNeeded => text.extend(
                format!(
                    "  It is a file of 64 hexadecimal digits, and not on this sheet.\n  \
                     Write the digits here, or where a copy of the file is kept:\n\n{BLANK}\n{BLANK}\n"
                )
                .as_bytes(),
            ),
        }
    }

    fn password_and_copies(&self) -> String {
        let copies: String = self.copies.iter().map(|copy| format!("  {}\n", shown(copy))).collect();
        let known =
            if copies.is_empty() { "  None that were made with `etui backup` here.\n" } else { &copies };
        format!(
            "MASTER PASSWORD\n  \
             Nobody can recover it. Do not write it here. A hint that only you\n  \
             understand:\n\n{BLANK}\n\
             COPIES OF THE VAULT\n{known}  \
             Others (on other computers, on sticks, in the cloud):\n\n{BLANK}\n{BLANK}\n"
        )
    }

    fn steps(&self) -> String {
        let mut steps = vec![
            "Install etui on another computer.".to_owned(),
            "Copy the newest copy of the vault there, for example to vault.etui,\n     \
             and run `chmod 600 vault.etui`."
                .to_owned(),
        ];
        if self.needs_key_file() {
            let how = if self.has_key_file() {
                "Type the 64 digits above into a file vault.key, in one line and\n     \
                 without spaces, or scan the QR code and store its text there."
            } else {
                "Copy the key file there as vault.key, or type its 64 digits into\n     \
                 that file, in one line and without spaces."
            };
            steps.push(format!("{how}\n     Run `chmod 600 vault.key`."));
        }
        let key_file = if self.needs_key_file() { " --key-file vault.key" } else { "" };
        steps.push(format!(
            "Run `etui verify vault.etui{key_file}`\n     \
             and type the master password. It must say \"vault OK\". Its state has a\n     \
             number: with {} or more it is not older than this sheet.",
            self.state.number()
        ));
        steps.push(format!("Run `etui tui --vault vault.etui{key_file}`\n     to use it."));
        let steps = steps.iter().enumerate().map(|(at, step)| format!("  {}. {step}\n", at + 1));
        format!("IF THE COMPUTER IS GONE\n{}", steps.collect::<String>())
    }
}

fn shown(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    visible(&path.display().to_string()).into_owned()
}

fn write_digits(file: &SecretBytes, ground: Ground, text: &mut SecretBytes) {
    let digits = file.expose().trim_ascii_end();
    text.extend(b"  Its 64 digits, to be typed in one line without spaces:\n\n");
    for line in digits.chunks(GROUP * GROUPS) {
        text.extend(b"    ");
        for group in line.chunks(GROUP) {
            text.extend(group);
            text.push(b' ');
        }
        text.truncate(text.len() - 1);
        text.push(b'\n');
    }
    text.extend(b"\n  The same digits as a QR code:\n\n");
    if let Some(picture) = qr::draw(digits, ground) {
        text.extend(picture.expose());
    }
    text.push(b'\n');
}
