//! Which counted spans make up the parts of a history, and which minutes have to be looked at row by row.

use std::collections::{BTreeMap, BTreeSet};

use super::{HOUR, MINUTE, floor};

/// The widths of counts by expected start, the longest one first.
const WIDTHS: [i64; 3] = [HOUR, super::FIVE_MINUTES, MINUTE];

/// A history, taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Cut {
    /// The beginnings of whole spans, by their width.
    pub(crate) whole: BTreeMap<i64, Vec<i64>>,
    /// The beginnings of minutes in which parts begin or end, or the present moment lies: what waits in that minute
    /// may be late or not.
    pub(crate) minutes: BTreeSet<i64>,
}

impl Cut {
    /// From a moment on, up to one, in parts of that length (the last may be shorter).
    pub(crate) fn new(from: i64, until: i64, interval: i64, now: i64) -> Self {
        let mut cut = Self::default();
        let present = floor(now, MINUTE);
        let mut begin = from;
        while begin < until {
            let end = begin.saturating_add(interval).min(until);
            cut.fit(begin, end.min(present), &WIDTHS);
            cut.fit(begin.max(present), end.min(present + MINUTE), &[]);
            cut.fit(begin.max(present + MINUTE), end, &WIDTHS);
            begin = end;
        }
        cut
    }

    /// The widest spans that fit, then narrower ones at both ends; minutes where none does.
    fn fit(&mut self, from: i64, until: i64, widths: &[i64]) {
        if from >= until {
            return;
        }
        let Some((&width, narrower)) = widths.split_first() else {
            self.minutes.insert(floor(from, MINUTE));
            self.minutes.insert(floor(until - 1, MINUTE));
            return;
        };
        let first = floor(from.saturating_add(width - 1), width);
        let last = floor(until, width);
        if first >= last {
            return self.fit(from, until, narrower);
        }
        let steps = (first..last).step_by(usize::try_from(width).unwrap_or(1));
        self.whole.entry(width).or_default().extend(steps);
        self.fit(from, first, narrower);
        self.fit(last, until, narrower);
    }
}

#[cfg(test)]
mod tests {
    use super::{Cut, HOUR, MINUTE};

    const SECOND: i64 = 1_000_000;

    /// Every moment of the time is in one whole span or in one minute, and no whole span reaches over a border.
    #[test]
    fn a_history_is_the_sum_of_its_spans_and_minutes() {
        for (from, length, interval) in [
            (0, 24 * HOUR, 5 * MINUTE),
            (7 * SECOND, 24 * HOUR, 5 * MINUTE),
            (HOUR - 1, 3 * HOUR + 5, 1_234 * SECOND + 7),
            (59 * SECOND, 100 * SECOND, SECOND),
            (-HOUR - 3, 2 * HOUR, 17 * MINUTE),
        ] {
            let until = from + length;
            let cut = Cut::new(from, until, interval, from + length / 2);
            let mut covered: Vec<(i64, i64)> = cut
                .whole
                .iter()
                .flat_map(|(width, starts)| starts.iter().map(move |start| (*start, start + width)))
                .collect();
            for (begin, end) in &covered {
                assert_eq!((begin - from) / interval, (end - 1 - from) / interval);
            }
            covered.extend(cut.minutes.iter().map(|start| (*start, start + MINUTE)));
            covered.sort_unstable();
            assert!(covered.first().unwrap().0 <= from && covered.last().unwrap().1 >= until);
            assert!(covered.windows(2).all(|pair| pair[0].1 == pair[1].0));
        }
    }
}
