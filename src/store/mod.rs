//! stub
/// Tags of a summary, sorted by key, read from the record as they are asked for.
#[derive(Debug, Clone, Copy)]
pub struct SummaryTags<'a>(&'a [u8]);
impl<'a> SummaryTags<'a> {
    /// Key and value.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        std::iter::empty()
    }
    /// How many.
    pub fn len(&self) -> usize {
        0
    }
}
/// Labels of a summary with the id of the version each marks, built-in ones first.
#[derive(Debug, Clone, Copy)]
pub struct SummaryLabels<'a>(&'a [u8]);
impl<'a> SummaryLabels<'a> {
    /// Label and version id.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        std::iter::empty()
    }
    /// How many.
    pub fn len(&self) -> usize {
        0
    }
}
