//! The field of stage labels: those taken, and the one being typed.

use super::{EditBuffer, Lines};
use crate::domain::{Invalid, StageLabel};

/// Labels taken, in the order given, and what is being typed.
pub struct LabelField {
    taken: Vec<StageLabel>,
    /// How many of them cannot be taken away, from the first on.
    fixed: usize,
    /// The labels that can be completed.
    known: Vec<StageLabel>,
    input: EditBuffer,
}

impl LabelField {
    /// With `ACSCurrent` in it: what a put means where nothing else is said.
    pub fn current() -> Self {
        let input = EditBuffer::new(Lines::Single);
        Self { taken: vec![StageLabel::current()], fixed: 0, known: Vec::new(), input }
    }

    /// The first version of a secret is current, whatever else marks it.
    #[must_use]
    pub fn fixed(self) -> Self {
        Self { fixed: 1, ..self }
    }

    /// Which labels can be completed.
    pub fn know(&mut self, known: Vec<StageLabel>) {
        self.known = known;
    }

    /// The labels taken, each with whether it can be taken away.
    pub fn chips(&self) -> impl Iterator<Item = (&StageLabel, bool)> {
        self.taken.iter().enumerate().map(|(at, label)| (label, at >= self.fixed))
    }

    /// The label that Tab would take.
    pub fn completed(&self) -> Option<&str> {
        self.completion(self.known.iter().map(StageLabel::as_str))
    }

    pub fn taken(&self) -> &[StageLabel] {
        &self.taken
    }

    /// What is being typed.
    pub const fn input(&self) -> &EditBuffer {
        &self.input
    }

    /// What is being typed, to edit it.
    pub const fn input_mut(&mut self) -> &mut EditBuffer {
        &mut self.input
    }

    /// All labels, what is being typed counted as one.
    ///
    /// # Errors
    /// What is being typed is not a label.
    pub fn labels(&self) -> Result<Vec<StageLabel>, Invalid> {
        let mut labels = self.taken.clone();
        if !self.input.is_empty() {
            let label = StageLabel::new(self.input.text())?;
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        Ok(labels)
    }

    /// Takes what is typed; whether there was something.
    ///
    /// # Errors
    /// It is not a label, and stays as typed.
    pub fn take(&mut self) -> Result<bool, Invalid> {
        let was_typed = !self.input.is_empty();
        self.taken = self.labels()?;
        self.input.clear();
        Ok(was_typed)
    }

    /// Adds a label as if it had been typed.
    pub fn add(&mut self, label: StageLabel) {
        if !self.taken.contains(&label) {
            self.taken.push(label);
        }
    }

    /// Removes all labels taken.
    pub fn clear(&mut self) {
        self.taken.clear();
    }

    /// Takes the last label away, to be typed again or let go; whether there was one that can be.
    pub fn drop_last(&mut self) -> bool {
        let can_be = self.taken.len() > self.fixed;
        if can_be {
            self.taken.pop();
        }
        can_be
    }

    /// The rest of the first known label that begins with what is typed and is not taken yet.
    pub fn completion<'a>(&self, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        let typed = self.input.text();
        if typed.is_empty() {
            return None;
        }
        known
            .into_iter()
            .filter(|label| self.taken.iter().all(|taken| taken.as_str() != *label))
            .filter(|label| label.len() > typed.len())
            .find(|label| label.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_counts_before_it_is_taken() {
        let mut field = LabelField::current();
        field.input_mut().set("canary");
        let names = |field: &LabelField| -> Vec<String> {
            field.labels().unwrap().iter().map(ToString::to_string).collect()
        };
        assert_eq!(names(&field), ["ACSCurrent", "canary"]);
        assert_eq!(field.take(), Ok(true));
        assert_eq!(field.take(), Ok(false));
        field.input_mut().set("canary");
        assert_eq!(field.take(), Ok(true));
        assert_eq!(names(&field), ["ACSCurrent", "canary"]);
        field.drop_last();
        assert_eq!(names(&field), ["ACSCurrent"]);
    }

    #[test]
    fn what_is_no_label_stays_as_typed() {
        let mut field = LabelField::current();
        field.input_mut().set("a b");
        assert!(field.labels().is_err());
        assert!(field.take().is_err());
        assert_eq!(field.input().text(), "a b");
        assert_eq!(field.taken().len(), 1);
    }

    #[test]
    fn a_known_label_is_completed_unless_it_is_taken() {
        let mut field = LabelField::current();
        let known = ["ACSCurrent", "ACSPrevious", "canary"];
        assert_eq!(field.completion(known), None);
        field.input_mut().set("acs");
        assert_eq!(field.completion(known), Some("ACSPrevious"));
        field.input_mut().set("can");
        assert_eq!(field.completion(known), Some("canary"));
        field.input_mut().set("canary");
        assert_eq!(field.completion(known), None);
    }
}
