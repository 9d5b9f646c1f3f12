//! Values out of a fixed set of words.

use std::fmt;

use super::Value;

/// An enum whose values are words, read without regard to case and shown as declared.
macro_rules! choices {
    ($($(#[doc = $doc:literal])+ $name:ident, $expects:literal {
        $($(#[doc = $variant_doc:literal])+ $variant:ident = $word:literal),+ $(,)?
    })+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
            pub enum $name {
                $($(#[doc = $variant_doc])+ $variant),+
            }

            impl $name {
                /// The word for it.
                pub const fn as_str(self) -> &'static str {
                    match self {
                        $(Self::$variant => $word),+
                    }
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(self.as_str())
                }
            }

            impl Value for $name {
                const EXPECTS: &'static str = $expects;

                fn parse(text: &str) -> Option<Self> {
                    [$(Self::$variant),+].into_iter().find(|word| word.as_str().eq_ignore_ascii_case(text))
                }
            }
        )+
    };
}

choices! {
    /// How much is logged, in the words of Python's `logging`.
    LogLevel, "one of DEBUG, INFO, WARNING, ERROR, CRITICAL" {
        /// Everything.
        Debug = "DEBUG",
        /// What happens in the normal course.
        Info = "INFO",
        /// What may need attention.
        Warning = "WARNING",
        /// What went wrong.
        Error = "ERROR",
        /// What ends the program.
        Critical = "CRITICAL",
    }

    /// How a line of the server's own log is written.
    LogFormat, "one of auto, text, json" {
        /// Text on a terminal, JSON elsewhere.
        Auto = "auto",
        /// For people.
        Text = "text",
        /// One JSON object a line.
        Json = "json",
    }

    /// When a write to the embedded database counts as kept.
    Durability, "one of full, normal" {
        /// Once it is on disk: it survives a loss of power.
        Full = "full",
        /// Once the operating system has it: it survives a kill of the process, not a loss of power.
        Normal = "normal",
    }

    /// What happens to a log line that is sent to the server outside of any run.
    MissingFlow, "one of warn, error, ignore" {
        /// A warning is shown, the line is not sent.
        Warn = "warn",
        /// An exception is raised.
        Error = "error",
        /// The line is not sent, silently.
        Ignore = "ignore",
    }
}
