//! Questions to the worker and their answers.
//!
//! Whoever asks keeps a [`Question`], or a [`Pending`] with room for the answer. Each time it asks it gets a new
//! [`Ticket`], the worker sends that ticket back, and an answer to an older ticket of the same question is stale.

pub mod answer;
pub mod failure;
pub mod outlook;
pub mod perform;
pub mod ticket;
pub mod work;

pub use answer::{Answer, Answered, ChangedMany, Copied, Part};
pub use failure::Failure;
pub use outlook::{Outlook, Unfit};
pub use ticket::Ticket;
pub use work::{Asked, Edited, Editing, Effect, Reads, Work};

/// What is to be done outside, in the order in which it was wished for.
#[derive(Default)]
pub struct Asks {
    counter: u64,
    effects: Vec<Effect>,
}

impl Asks {
    /// Has something done outside that is not work.
    pub fn push(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Gives the worker something to do that nothing else takes the place of.
    pub fn work(&mut self, work: Work) -> Ticket {
        let question = self.number();
        self.ask(question, work)
    }

    /// All that was wished for since the last call.
    #[must_use]
    pub fn take(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    const fn number(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    fn ask(&mut self, question: u64, work: Work) -> Ticket {
        let ticket = Ticket::new(question, self.number());
        self.effects.push(Effect::Work(Asked { ticket, work }));
        ticket
    }
}

/// A question that may be asked again: only the newest answer counts.
#[derive(Debug, Default, Clone, Copy)]
pub struct Question {
    /// Its number; 0 before it is asked for the first time.
    number: u64,
    asked: Option<Ticket>,
}

impl Question {
    pub const fn new() -> Self {
        Self { number: 0, asked: None }
    }

    /// Asks, or asks again.
    pub fn ask(&mut self, asks: &mut Asks, work: Work) {
        if self.number == 0 {
            self.number = asks.number();
        }
        self.asked = Some(asks.ask(self.number, work));
    }

    /// Waits for the answer to a ticket that somebody else was given.
    pub const fn follow(&mut self, ticket: Ticket) {
        self.number = ticket.question();
        self.asked = Some(ticket);
    }

    /// Whether this is the answer that it waits for.
    pub fn awaits(&self, ticket: Ticket) -> bool {
        self.asked == Some(ticket)
    }

    /// Whether an answer is still to come.
    pub const fn is_asked(&self) -> bool {
        self.asked.is_some()
    }

    /// Waits no more: an answer that comes is stale.
    pub const fn forget(&mut self) {
        self.asked = None;
    }
}

/// A question with its answer. What is known stays while a newer answer is awaited.
#[derive(Debug)]
pub struct Pending<T, E = Failure> {
    question: Question,
    known: Option<Result<T, E>>,
}

impl<T, E> Default for Pending<T, E> {
    fn default() -> Self {
        Self { question: Question::default(), known: None }
    }
}

impl<T, E> Pending<T, E> {
    /// Asks, or asks again; what is known stays meanwhile.
    pub fn ask(&mut self, asks: &mut Asks, work: Work) {
        self.question.ask(asks, work);
    }

    /// Asks about something else: what is known is of no use any more.
    pub fn ask_anew(&mut self, asks: &mut Asks, work: Work) {
        self.known = None;
        self.question.ask(asks, work);
    }

    /// The question, to have it asked by a job.
    pub const fn question(&mut self) -> &mut Question {
        &mut self.question
    }

    /// Whether this is the answer that it waits for.
    pub fn awaits(&self, ticket: Ticket) -> bool {
        self.question.awaits(ticket)
    }

    /// Whether an answer is still to come.
    pub const fn is_asked(&self) -> bool {
        self.question.is_asked()
    }

    pub fn know(&mut self, result: Result<T, E>) {
        self.question.forget();
        self.known = Some(result);
    }

    /// Neither waits nor knows.
    pub fn forget(&mut self) {
        self.question.forget();
        self.known = None;
    }

    /// What is known, of this or an older turn.
    pub const fn known(&self) -> Option<&Result<T, E>> {
        self.known.as_ref()
    }

    /// What is known, where it was not a failure.
    pub fn good(&self) -> Option<&T> {
        self.known.as_ref()?.as_ref().ok()
    }

    /// What is known, where it was not a failure, to change it.
    pub fn good_mut(&mut self) -> Option<&mut T> {
        self.known.as_mut()?.as_mut().ok()
    }

    /// What is known of what was asked last.
    pub fn newest(&self) -> Option<&Result<T, E>> {
        if self.is_asked() { None } else { self.known.as_ref() }
    }
}

impl<T: Part> Pending<T> {
    /// Takes the answer that it waited for.
    pub fn settle(&mut self, result: Result<Answer, Failure>) {
        match result.map(T::of) {
            Ok(Some(part)) => self.know(Ok(part)),
            Ok(None) => self.question.forget(),
            Err(failure) => self.know(Err(failure)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(asks: &mut Asks) -> Ticket {
        match asks.take().pop() {
            Some(Effect::Work(asked)) => asked.ticket,
            _ => panic!("nothing was asked"),
        }
    }

    #[test]
    fn only_the_newest_turn_of_a_question_is_awaited() {
        let mut asks = Asks::default();
        let (mut first, mut second) = (Pending::<u8, ()>::default(), Pending::<u8, ()>::default());
        first.ask(&mut asks, Work::List);
        let old = ticket(&mut asks);
        first.ask(&mut asks, Work::List);
        let new = ticket(&mut asks);
        second.ask(&mut asks, Work::List);
        let other = ticket(&mut asks);
        assert_eq!(old.question(), new.question());
        assert_ne!(old.question(), other.question());
        assert!(!first.awaits(old) && first.awaits(new) && !first.awaits(other) && second.awaits(other));
        first.know(Ok(1));
        assert!(!first.awaits(new), "it is answered");
    }

    #[test]
    fn what_is_known_stays_until_the_newer_answer_comes() {
        let mut asks = Asks::default();
        let mut pending = Pending::<u8, ()>::default();
        pending.ask(&mut asks, Work::List);
        pending.know(Ok(1));
        pending.ask(&mut asks, Work::List);
        assert_eq!((pending.good(), pending.newest()), (Some(&1), None));
        pending.ask_anew(&mut asks, Work::List);
        assert_eq!(pending.good(), None);
    }
}
