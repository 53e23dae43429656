//! What a caller may see and do.

/// What a caller may see and do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permissions {
    /// Which secrets there are for it.
    pub scope: Scope,
    /// Whether it may change them.
    pub access: Access,
}

/// Whether a caller may change secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Read and change.
    Full,
    /// Read.
    ReadOnly,
}

/// Which secrets there are for a caller: all, or those of one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Empty, or a path that ends with `/`.
    folder: String,
}

impl Permissions {
    /// Everything.
    pub fn all() -> Self {
        Self { scope: Scope::all(), access: Access::Full }
    }
}

impl Scope {
    /// Every secret.
    pub const fn all() -> Self {
        Self { folder: String::new() }
    }

    /// The secrets below a folder, given with or without a slash at its end.
    pub fn folder(path: &str) -> Self {
        let path = path.trim_end_matches('/');
        let folder = if path.is_empty() { String::new() } else { format!("{path}/") };
        Self { folder }
    }

    /// Whether the secret of this name is there.
    pub fn holds(&self, name: &str) -> bool {
        name.starts_with(&self.folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_holds_what_lies_below_it_and_not_what_begins_like_it() {
        for path in ["shop", "shop/"] {
            let scope = Scope::folder(path);
            assert!(scope.holds("shop/db") && scope.holds("shop/db/password"));
            assert!(!scope.holds("shop") && !scope.holds("shopping/db") && !scope.holds("other/shop/db"));
        }
        assert!(Scope::all().holds("shop") && Scope::folder("/").holds("shop"));
    }
}
