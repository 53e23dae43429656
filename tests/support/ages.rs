//! Ages as every interface must tell them, so that none has a calendar of its own.

/// A secret that was made so many days ago: in words, and in a column of the app.
pub const AGES: [(i64, &str, &str); 5] = [
    (2, "2 days ago", "2d"),
    (13, "13 days ago", "13d"),
    (40, "5 weeks ago", "5w"),
    (362, "11 months ago", "11mo"),
    (800, "2 years ago", "2y"),
];
