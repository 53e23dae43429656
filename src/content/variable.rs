//! Names of environment variables: what can be one, and which of them decide what programs load and run.

/// Whether a shell and a program can name a variable so: ASCII letters, digits and `_`, no digit first.
pub fn is_variable_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}

/// Variables by which programs find, load or start other code, or read their input in another way. Whoever may
/// set one of them decides what runs. A `*` at the end stands for any rest.
const STEERING: [&str; 29] = [
    "LD_*",
    "DYLD_*",
    "GLIBC_TUNABLES",
    "GCONV_PATH",
    "PATH",
    "IFS",
    "BASH_ENV",
    "BASH_FUNC_*",
    "SHELLOPTS",
    "PROMPT_COMMAND",
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "PERL5LIB",
    "PERL5OPT",
    "PERL5DB",
    "RUBYOPT",
    "RUBYLIB",
    "NODE_OPTIONS",
    "NODE_PATH",
    "JAVA_TOOL_OPTIONS",
    "_JAVA_OPTIONS",
    "GIT_SSH*",
    "GIT_EXEC_PATH",
    "GIT_CONFIG*",
    "GIT_EXTERNAL_DIFF",
    "GIT_ASKPASS",
    "LESSOPEN",
    "OPENSSL_CONF",
];

/// Whether a variable of this name changes how programs load or find code.
pub fn steers_programs(name: &str) -> bool {
    STEERING.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *pattern,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_letters_digits_and_underscores() {
        for name in ["A", "_", "_1", "a_B9"] {
            assert!(is_variable_name(name), "{name}");
        }
        for name in ["", "1A", "A-B", "A.B", "A B", "Ä", "A="] {
            assert!(!is_variable_name(name), "{name}");
        }
    }

    #[test]
    fn variables_that_load_code_are_known_by_name_and_by_beginning() {
        for name in
            ["PATH", "LD_PRELOAD", "LD_", "BASH_FUNC_ls", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_CONFIG_COUNT"]
        {
            assert!(steers_programs(name), "{name}");
        }
        for name in ["MY_PATH", "PATHS", "LD", "path", "GIT_AUTHOR_NAME", "ENVIRONMENT", "PYTHONUTF8"] {
            assert!(!steers_programs(name), "{name}");
        }
    }
}
