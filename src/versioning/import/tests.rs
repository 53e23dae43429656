//! The rules of import: what is added, in which order, and which labels move.
