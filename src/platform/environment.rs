//! What the system allows of the environment of a program.

/// The most bytes of one variable, its name, `=` and the zero byte at its end counted; `None` where only all of them
/// together are limited.
///
/// Linux: `MAX_ARG_STRLEN`, 32 pages (execve(2), "Limits on size of arguments and environment").
pub fn longest_variable() -> Option<usize> {
    cfg!(target_os = "linux").then(|| 32 * rustix::param::page_size())
}
