//! Which counted spans make up the parts of a history, and which rows have to be looked at where those don't fit.

use std::collections::BTreeMap;

use super::floor;

/// From a moment on, up to one; or for so long.
type Range = (i64, i64);

/// A history, taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Whole spans that follow each other, by their width. Each is counted with the part in which its middle lies.
    pub(crate) whole: BTreeMap<i64, Vec<Range>>,
    /// Rows that are looked at.
    pub(crate) rows: Vec<Rows>,
}

/// Rows of a time that is in one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rows {
    pub(crate) from: i64,
    pub(crate) until: i64,
    /// Whole spans have them already, with the part before (-1) or after (1), and they are taken from there; or not (0).
    pub(crate) counted_with: i64,
}

/// A border between two parts.
#[derive(Clone, Copy)]
struct Border {
    at: i64,
    /// Whether spans that it cuts may be counted with one of both parts.
    is_shared: bool,
}

impl Cut {
    /// Parts that begin at a moment and are so long each, as far as they are within a time; by spans of these widths,
    /// ascending.
    pub(crate) fn new((first, interval): Range, within: Range, now: i64, widths: &[i64]) -> Self {
        let shortest = widths.first().copied().unwrap_or(interval);
        let parts = parts((first, interval), within);
        // In a short part there may be no whole span, or both its borders may cut the same one.
        let is_short = |part: Option<&Range>| {
            part.is_none_or(|(begin, end)| end.saturating_sub(*begin) < 2 * shortest)
        };
        let mut cut = Self::default();
        for (index, part) in parts.iter().enumerate() {
            if is_short(Some(part)) {
                cut.look_at(part.0, part.1, 0);
                continue;
            }
            let before = index.checked_sub(1).and_then(|index| parts.get(index));
            let begin = Border {
                at: part.0,
                is_shared: !is_short(before),
            };
            let end = Border {
                at: part.1,
                is_shared: !is_short(parts.get(index + 1)),
            };
            cut.part(begin, end, now, widths, shortest);
        }
        cut
    }

    /// A part: the spans that are counted with it, the rows at its ends, and those of the span of the present moment, in
    /// which what waits may be late or not.
    fn part(&mut self, begin: Border, end: Border, now: i64, widths: &[i64], shortest: i64) {
        let present = floor(now, shortest);
        let is_whole = |at: i64| floor(at, shortest) == at || floor(at, shortest) == present;
        let (mut from, mut until) = (begin.at, end.at);
        if !is_whole(from) {
            let span = floor(from, shortest);
            from = span + shortest;
            if begin.is_shared && Self::is_counted_after(begin.at, shortest) {
                from = span;
            } else {
                self.look_at(begin.at, from, -i64::from(begin.is_shared));
            }
        }
        if !is_whole(until) {
            until = floor(until, shortest);
            if end.is_shared && !Self::is_counted_after(end.at, shortest) {
                until += shortest;
            } else {
                self.look_at(until, end.at, i64::from(end.is_shared));
            }
        }
        self.fit(from, until.min(present), widths);
        self.look_at(from.max(present), until.min(present + shortest), 0);
        self.fit(from.max(present + shortest), until, widths);
    }

    /// Whether the span that a border cuts is counted with the part after it, which has the larger piece.
    fn is_counted_after(border: i64, shortest: i64) -> bool {
        2 * (border - floor(border, shortest)) <= shortest
    }

    fn look_at(&mut self, from: i64, until: i64, counted_with: i64) {
        if from < until {
            self.rows.push(Rows {
                from,
                until,
                counted_with,
            });
        }
    }

    /// The widest spans that fit, then narrower ones at both ends. Both ends are such of the shortest ones.
    fn fit(&mut self, from: i64, until: i64, widths: &[i64]) {
        let Some((&width, narrower)) = widths.split_last() else {
            return;
        };
        if from >= until {
            return;
        }
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

fn parts((first, interval): Range, (mut begin, until): Range) -> Vec<Range> {
    let mut parts = Vec::new();
    while begin < until {
        let part = (begin - first).div_euclid(interval);
        let end = (part + 1)
            .saturating_mul(interval)
            .saturating_add(first)
            .min(until);
        parts.push((begin, end));
        begin = end;
    }
    parts
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Cut, parts};
    use crate::tally::{About, FIVE_MINUTES, HOUR, MINUTE};

    const SECOND: i64 = 1_000_000;

    /// How often each moment is counted with a part: from each of these on by so many more.
    type Steps = BTreeMap<i64, i64>;

    fn count(steps: &mut BTreeMap<i64, Steps>, part: i64, from: i64, until: i64, by: i64) {
        let steps = steps.entry(part).or_default();
        *steps.entry(from).or_default() += by;
        *steps.entry(until).or_default() -= by;
    }

    /// Every moment of a part is counted once with it, and no other one is.
    #[test]
    fn a_history_is_the_sum_of_its_spans_and_rows() {
        for (from, length, interval, narrow) in [
            (0, 24 * HOUR, 5 * MINUTE, (0, 0)),
            (7 * SECOND, 24 * HOUR, 5 * MINUTE, (0, 0)),
            (3 * SECOND, 24 * HOUR, 5 * MINUTE, (0, 0)),
            (5 * SECOND, 2 * HOUR, 5 * MINUTE, (0, 0)),
            (HOUR - 1, 3 * HOUR + 5, 1_234 * SECOND + 7, (0, 0)),
            (59 * SECOND, 100 * SECOND, SECOND, (0, 0)),
            (-HOUR - 3, 2 * HOUR, 17 * MINUTE, (0, 0)),
            (
                4 * SECOND,
                HOUR,
                FIVE_MINUTES,
                (4 * MINUTE + 58 * SECOND, 21 * SECOND),
            ),
            (12_345, 30 * MINUTE, 23 * SECOND, (11, 13)),
            (12_345, 30 * MINUTE, 19 * SECOND, (0, 0)),
        ] {
            let within = (from + narrow.0, from + length - narrow.1);
            let widths = About::ExpectedFlowRuns.widths();
            for now in [
                from + length / 2,
                from + length,
                from - HOUR,
                from + interval,
            ] {
                let cut = Cut::new((from, interval), within, now, widths);
                let part_of = |moment: i64| (moment - from).div_euclid(interval);
                let mut steps = BTreeMap::new();
                for (width, ranges) in &cut.whole {
                    for range in ranges {
                        let step = usize::try_from(*width).unwrap();
                        for start in (range.0..range.1).step_by(step) {
                            assert!(now < start || now >= start + width, "{now} {start}");
                            let part = part_of(start + width / 2);
                            count(&mut steps, part, start, start + width, 1);
                        }
                    }
                }
                for rows in &cut.rows {
                    let part = part_of(rows.from);
                    assert_eq!(part, part_of(rows.until - 1));
                    count(&mut steps, part, rows.from, rows.until, 1);
                    if rows.counted_with != 0 {
                        let other = part + rows.counted_with;
                        count(&mut steps, other, rows.from, rows.until, -1);
                    }
                }
                for steps in steps.values_mut() {
                    steps.retain(|_, by| *by != 0);
                }
                let expected = parts((from, interval), within);
                let expected: BTreeMap<i64, Steps> = expected
                    .into_iter()
                    .map(|(begin, end)| (part_of(begin), Steps::from([(begin, 1), (end, -1)])))
                    .collect();
                assert_eq!(steps, expected, "{from} {length} {interval} {now}");
            }
        }
    }

    /// Of a span that a border cuts no more than half is looked at.
    #[test]
    fn few_rows_are_looked_at() {
        let widths = About::ExpectedTaskRuns.widths();
        for offset in 0..10 {
            let from = offset * SECOND;
            let within = (from, from + 24 * HOUR);
            let cut = Cut::new((from, 5 * MINUTE), within, within.1, widths);
            let looked_at: i64 = cut.rows.iter().map(|rows| rows.until - rows.from).sum();
            let shorter = offset.min(10 - offset);
            assert!(looked_at <= (287 * shorter + 20) * SECOND, "{offset}");
        }
    }
}
