//! Why a schedule makes no sense.

/// Why a schedule makes no sense, in the words that Prefect's clients know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The zone is not one of the IANA database.
    #[error(
        "Invalid timezone: \"{0}\" (specify in IANA tzdata format, for example, America/New_York)"
    )]
    Zone(String),
    /// The interval is too short, too long, or no number.
    #[error("invalid interval: {0} seconds\nhint: from 1 second to 100 years")]
    Interval(String),
    /// The text is no cron pattern.
    #[error("Invalid cron string: \"{0}\"")]
    Cron(String),
    /// The pattern asks for randomness.
    #[error("Random and Hashed expressions are unsupported, received: \"{0}\"")]
    Random(String),
    /// The pattern fits no day of any year.
    #[error("Invalid cron string: \"{0}\": it fits no day of any year")]
    NoDay(String),
    /// The text is no recurrence rule.
    #[error("Invalid RRule string \"{text}\": {reason}")]
    Rule {
        /// The text, or its beginning.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The text is too long.
    #[error("Invalid RRule string \"{text}...\"\nMax length is {most}, got {length}")]
    Length {
        /// Its beginning.
        text: String,
        /// How many characters it may have.
        most: usize,
        /// How many it has.
        length: usize,
    },
}
