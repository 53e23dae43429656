//! What a merge promises, on random branches and case by case.

mod cases;
mod model;
mod properties;
mod work;
