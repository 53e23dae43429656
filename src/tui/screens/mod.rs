//! One file or folder per screen: its state, what keys do to it, how it is drawn.

pub mod browse;
pub mod first_run;
pub mod put_form;
pub mod unlock;
