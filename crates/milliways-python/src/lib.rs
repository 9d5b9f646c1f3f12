//! The extension milliways._core: thin, typed, no policy.
