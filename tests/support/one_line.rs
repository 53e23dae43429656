//! Random input that is printed in one line where a test fails: what a log keeps of it, and what can be put into a
//! test.

use std::fmt;
use std::ops::Deref;

use proptest::prelude::*;

/// What a strategy made.
#[derive(Clone)]
pub struct OneLine<T>(T);

impl<T> Deref for OneLine<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for OneLine<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whether lines were asked for is not handed on.
        write!(formatter, "{:?}", self.0)
    }
}

/// The same input, printed in one line.
pub fn one_line<S: Strategy>(strategy: S) -> impl Strategy<Value = OneLine<S::Value>> {
    strategy.prop_map(OneLine)
}
