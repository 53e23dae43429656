//! Texts that must not be found, in any of the forms in which a program may write them by accident.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Texts and how each may look.
pub struct Needles(Vec<(String, Vec<u8>)>);

impl Needles {
    pub fn of(texts: &[&str]) -> Self {
        let forms = texts.iter().flat_map(|text| {
            let bytes = text.as_bytes();
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
            let mut forms = vec![
                (format!("'{text}'"), bytes.to_vec()),
                (format!("'{text}' in capitals"), text.to_uppercase().into_bytes()),
                (format!("'{text}' in hexadecimal"), hex.to_uppercase().into_bytes()),
                (format!("'{text}' as UTF-16"), wide),
                (format!("'{text}' backwards"), reversed),
                (format!("'{text}' in hexadecimal"), hex.into_bytes()),
            ];
            // Base64 looks different for each position in a group of three bytes.
            for skipped in 0..3 {
                let whole = &bytes[skipped..][..(bytes.len() - skipped) / 3 * 3];
                forms.push((format!("'{text}' in base64"), STANDARD_NO_PAD.encode(whole).into_bytes()));
            }
            forms
        });
        Self(forms.collect())
    }

    /// Which needle lies in a haystack, if any.
    pub fn find(&self, haystack: &[u8]) -> Option<&str> {
        self.0
            .iter()
            .find(|(_, form)| haystack.windows(form.len()).any(|window| window == form))
            .map(|(name, _)| name.as_str())
    }
}

/// Every file below a folder, with what it holds.
pub fn files_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    files
}

#[test]
fn every_form_of_a_needle_is_found() {
    let needles = Needles::of(&["needle-text"]);
    let wide: Vec<u8> = "needle-text".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for before in ["", "a", "ab"] {
        let plain = format!("{before}needle-text and more");
        assert!(needles.find(plain.as_bytes()).is_some());
        assert!(needles.find(STANDARD_NO_PAD.encode(&plain).as_bytes()).is_some(), "{before}");
    }
    for haystack in [&b"xx6e6565646c652d74657874"[..], &wide, b"txet-eldeen", b"NEEDLE-TEXT"] {
        assert!(needles.find(haystack).is_some());
    }
    assert!(needles.find(b"needle text").is_none() && needles.find(b"").is_none());
}
