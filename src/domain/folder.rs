//! A folder of secrets.

use super::{Invalid, SecretName};

/// The beginning of the names in a folder; it ends in `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder(String);

impl Folder {
    /// Checks and takes a folder; a `/` at its end is added where there is none.
    ///
    /// # Errors
    /// As for the name of a secret.
    pub fn new(text: &str) -> Result<Self, Invalid> {
        let folder = format!("{}/", text.strip_suffix('/').unwrap_or(text));
        SecretName::new(&folder)?;
        Ok(Self(folder))
    }

    /// The folder, with its `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_ends_in_one_slash_and_is_made_of_the_characters_of_names() {
        for text in ["shop/prod", "shop/prod/"] {
            assert_eq!(Folder::new(text).unwrap().as_str(), "shop/prod/");
        }
        assert!(Folder::new("my shop").is_err());
        assert!(Folder::new("acs").is_err());
    }
}
