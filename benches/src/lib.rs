//! What the benchmark programs share: timing, ratios, reports.
