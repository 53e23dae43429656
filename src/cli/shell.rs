//! Variables as commands of a shell.

use clap::ValueEnum;

use crate::memory::SecretBytes;

/// A shell that reads variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Shell {
    /// Also direnv, dash and others like them
    Bash,
    /// zsh
    Zsh,
    /// fish
    Fish,
}

impl Shell {
    /// Writes the command that sets a variable and hands it on. Between `'…'` a shell reads every byte as it is but the
    /// quote itself; fish also reads `\\` and `\'` there.
    pub(super) fn export(self, name: &str, value: &[u8], out: &mut SecretBytes) {
        let (start, end) = match self {
            Self::Bash | Self::Zsh => (format!("export {name}='"), "'\n"),
            Self::Fish => (format!("set -gx {name} '"), "';\n"),
        };
        out.extend(start.as_bytes());
        for &byte in value {
            match (byte, self) {
                (b'\'', Self::Bash | Self::Zsh) => out.extend(b"'\\''"),
                (b'\'' | b'\\', Self::Fish) => out.extend(&[b'\\', byte]),
                (other, _) => out.push(other),
            }
        }
        out.extend(end.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(shell: Shell, value: &str) -> String {
        let mut out = SecretBytes::new();
        shell.export("A", value.as_bytes(), &mut out);
        out.expose_text().unwrap().to_owned()
    }

    #[test]
    fn nothing_in_a_value_is_read_by_the_shell() {
        assert_eq!(written(Shell::Bash, "a'b\\$(x)\n`"), "export A='a'\\''b\\$(x)\n`'\n");
        assert_eq!(written(Shell::Fish, "a'b\\$(x)\n"), "set -gx A 'a\\'b\\\\$(x)\n';\n");
    }
}
