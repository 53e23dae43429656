//! What would come of what is typed: the plan of the worker, or what stands in its way.

use super::{Answer, Asks, Failure, Part, Pending, Ticket, Work};

/// What is typed makes no request.
#[derive(Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Something must be typed, or changed, first.
    Missing(&'static str),
    /// Something cannot be; a sentence.
    Invalid(String),
}

pub enum Outlook<T> {
    Unfit(Unfit),
    /// What the worker says.
    Asked(Pending<T>),
}

impl<T> Outlook<T> {
    pub const fn missing(sentence: &'static str) -> Self {
        Self::Unfit(Unfit::Missing(sentence))
    }

    /// What is typed changed: the worker is asked what would come of it.
    pub fn look(&mut self, wanted: Result<Work, Unfit>, asks: &mut Asks) {
        *self = match wanted {
            Err(unfit) => Self::Unfit(unfit),
            Ok(work) => {
                let mut asked = match std::mem::replace(self, Self::missing("")) {
                    Self::Asked(asked) => asked,
                    Self::Unfit(_) => Pending::default(),
                };
                asked.ask_anew(asks, work);
                Self::Asked(asked)
            }
        };
    }

    /// What was planned could not be done.
    pub fn fail(&mut self, failure: Failure) {
        let mut failed = Pending::default();
        failed.know(Err(failure));
        *self = Self::Asked(failed);
    }

    pub fn awaits(&self, ticket: Ticket) -> bool {
        matches!(self, Self::Asked(asked) if asked.awaits(ticket))
    }

    /// The plan of what is typed now.
    pub fn newest(&self) -> Option<&T> {
        match self {
            Self::Asked(asked) => asked.newest()?.as_ref().ok(),
            Self::Unfit(_) => None,
        }
    }
}

impl<T: Part> Outlook<T> {
    /// Takes the answer that it waited for.
    pub fn settle(&mut self, result: Result<Answer, Failure>) {
        if let Self::Asked(asked) = self {
            asked.settle(result);
        }
    }
}
