//! What part of a list an answer holds.

use crate::domain::Invalid;

/// Whether an answer names the tags of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchTags {
    /// With its tags.
    Yes,
    /// Without.
    No,
}

/// Whether a list of versions holds those that no label marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncludeDeprecated {
    /// All versions.
    Yes,
    /// Those that a label marks.
    No,
}

/// One page of a list, or all of it on one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    number: u32,
    /// `None`: as many as there are.
    size: Option<u32>,
}

impl Page {
    /// The most entries that a page may ask for (KMS, ListSecrets).
    pub const LARGEST_SIZE: u32 = 100;

    /// The largest number of a page, which is a 32-bit number with a sign in KMS.
    pub const LARGEST_NUMBER: u32 = i32::MAX as u32;

    /// Everything on one page; the answer then says page 1, of the size of the whole list.
    pub const fn all() -> Self {
        Self { number: 1, size: None }
    }

    /// The page of a number, counted from 1, where pages have `size` entries. A page beyond the last one is
    /// empty.
    ///
    /// # Errors
    /// [`Invalid::Range`] for a page outside 1 to [`LARGEST_NUMBER`](Self::LARGEST_NUMBER), and for a size outside 1 to
    /// [`LARGEST_SIZE`](Self::LARGEST_SIZE).
    pub const fn new(number: u32, size: u32) -> Result<Self, Invalid> {
        if number == 0 || number > Self::LARGEST_NUMBER {
            return Err(Invalid::Range { what: "a page number", least: 1, most: Self::LARGEST_NUMBER });
        }
        if size == 0 || size > Self::LARGEST_SIZE {
            return Err(Invalid::Range { what: "a page size", least: 1, most: Self::LARGEST_SIZE });
        }
        Ok(Self { number, size: Some(size) })
    }

    /// The entries on this page.
    pub(super) fn cut<T>(self, entries: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
        let (before, most) = match self.size {
            None => (0, usize::MAX),
            Some(size) => (u64::from(self.number - 1) * u64::from(size), size as usize),
        };
        entries.skip(usize::try_from(before).unwrap_or(usize::MAX)).take(most)
    }

    /// The number of the page, from 1.
    pub(super) fn number(self) -> u64 {
        u64::from(self.number)
    }

    /// How many entries a page has, where the whole list has `total`.
    pub(super) fn size(self, total: u64) -> u64 {
        self.size.map_or(total, u64::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_page(number: u32, size: u32) -> Vec<u32> {
        Page::new(number, size).unwrap().cut(1..=5).collect()
    }

    #[test]
    fn a_page_holds_its_part_of_the_list() {
        assert_eq!(on_page(1, 2), [1, 2]);
        assert_eq!(on_page(2, 2), [3, 4]);
        assert_eq!(on_page(3, 2), [5]);
        assert_eq!(on_page(1, 100), [1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_page_beyond_the_last_one_is_empty() {
        assert_eq!(on_page(4, 2), [0_u32; 0]);
        assert_eq!(on_page(Page::LARGEST_NUMBER, 100), [0_u32; 0]);
    }

    #[test]
    fn page_numbers_count_from_1_and_sizes_go_from_1_to_100() {
        assert!(Page::new(0, 1).is_err());
        assert!(Page::new(Page::LARGEST_NUMBER + 1, 1).is_err());
        assert!(Page::new(1, 0).is_err());
        assert!(Page::new(1, 100).is_ok());
        assert!(Page::new(1, 101).is_err());
    }

    #[test]
    fn everything_lies_on_one_page_of_the_size_of_the_list() {
        assert_eq!(Page::all().cut(1..=500).count(), 500);
        assert_eq!((Page::all().number(), Page::all().size(500)), (1, 500));
    }
}
