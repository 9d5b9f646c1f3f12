//! Which counted spans make up the parts of a history, and which of the shortest ones have to be looked at row by row.

use std::collections::{BTreeMap, BTreeSet};

use super::floor;

/// From a moment on, up to one; or for so long.
type Range = (i64, i64);

/// A history, taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Whole spans that follow each other, by their width.
    pub(crate) whole: BTreeMap<i64, Vec<Range>>,
    /// How long those are that are looked at row by row.
    pub(crate) shortest: i64,
    /// The beginnings of the shortest spans in which parts begin or end, or the present moment lies: what waits in that
    /// one may be late or not.
    pub(crate) rows: BTreeSet<i64>,
}

impl Cut {
    /// Parts that begin at a moment and are so long each, as far as they are within a time; by spans of these widths,
    /// ascending.
    pub(crate) fn new((first, interval): Range, within: Range, now: i64, widths: &[i64]) -> Self {
        let shortest = widths.first().copied().unwrap_or(interval);
        let mut cut = Self {
            shortest,
            ..Self::default()
        };
        let present = floor(now, shortest);
        let (mut begin, until) = within;
        while begin < until {
            let part = (begin - first).div_euclid(interval);
            let end = (part + 1)
                .saturating_mul(interval)
                .saturating_add(first)
                .min(until);
            cut.fit(begin, end.min(present), widths);
            cut.fit(begin.max(present), end.min(present + shortest), &[]);
            cut.fit(begin.max(present + shortest), end, widths);
            begin = end;
        }
        cut
    }

    /// The widest spans that fit, then narrower ones at both ends; rows where none does.
    fn fit(&mut self, from: i64, until: i64, widths: &[i64]) {
        if from >= until {
            return;
        }
        let Some((&width, narrower)) = widths.split_last() else {
            self.rows.insert(floor(from, self.shortest));
            self.rows.insert(floor(until - 1, self.shortest));
            return;
        };
        let first = floor(from.saturating_add(width - 1), width);
        let last = floor(until, width);
        if first >= last {
            return self.fit(from, until, narrower);
        }
        self.fit(from, first, narrower);
        let ranges = self.whole.entry(width).or_default();
        match ranges.last_mut() {
            Some(range) if range.1 == first => range.1 = last,
            _ => ranges.push((first, last)),
        }
        self.fit(last, until, narrower);
    }
}

#[cfg(test)]
mod tests {
    use super::Cut;
    use crate::tally::{About, HOUR, MINUTE};

    const SECOND: i64 = 1_000_000;

    /// Every moment of the time is in one whole span or looked at by its row, and no whole span reaches over a border.
    #[test]
    fn a_history_is_the_sum_of_its_spans_and_rows() {
        for (from, length, interval) in [
            (0, 24 * HOUR, 5 * MINUTE),
            (7 * SECOND, 24 * HOUR, 5 * MINUTE),
            (HOUR - 1, 3 * HOUR + 5, 1_234 * SECOND + 7),
            (59 * SECOND, 100 * SECOND, SECOND),
            (-HOUR - 3, 2 * HOUR, 17 * MINUTE),
        ] {
            let until = from + length;
            let widths = About::ExpectedFlowRuns.widths();
            let cut = Cut::new((from, interval), (from, until), from + length / 2, widths);
            let mut covered: Vec<(i64, i64)> = cut
                .whole
                .iter()
                .flat_map(|(width, ranges)| ranges.iter().map(move |range| (*width, *range)))
                .flat_map(|(width, (first, last))| {
                    let step = usize::try_from(width).unwrap();
                    (first..last)
                        .step_by(step)
                        .map(move |start| (start, start + width))
                })
                .collect();
            for (begin, end) in &covered {
                assert_eq!((begin - from) / interval, (end - 1 - from) / interval);
            }
            covered.extend(cut.rows.iter().map(|start| (*start, start + cut.shortest)));
            covered.sort_unstable();
            assert!(covered.first().unwrap().0 <= from && covered.last().unwrap().1 >= until);
            assert!(covered.windows(2).all(|pair| pair[0].1 == pair[1].0));
        }
    }
}
