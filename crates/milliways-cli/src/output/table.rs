//! Tables without frames: columns that line up, and can be cut with `awk`.

use std::fmt;

use unicode_width::UnicodeWidthStr;

use super::style;

const GAP: &str = "  ";

/// Rows below headings.
pub(crate) struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(headings: impl IntoIterator<Item = &'static str>) -> Self {
        Self {
            headings: headings.into_iter().collect(),
            rows: Vec::new(),
        }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        self.rows.push(
            cells
                .into_iter()
                .map(|cell| one_line(&cell.into()))
                .collect(),
        );
    }

    fn widths(&self) -> Vec<usize> {
        let width = |column: usize, heading: &&str| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells
                .map(|cell| cell.width())
                .chain([heading.width()])
                .max()
                .unwrap_or(0)
        };
        self.headings
            .iter()
            .enumerate()
            .map(|(column, heading)| width(column, heading))
            .collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        let headings = aligned(self.headings.iter().copied(), &widths);
        writeln!(f, "{}", style::bold(&headings))?;
        for row in &self.rows {
            writeln!(f, "{}", aligned(row.iter().map(String::as_str), &widths))?;
        }
        Ok(())
    }
}

fn aligned<'a>(cells: impl Iterator<Item = &'a str>, widths: &[usize]) -> String {
    let padded: Vec<String> = cells
        .zip(widths)
        .map(|(cell, width)| format!("{cell}{}", " ".repeat(width.saturating_sub(cell.width()))))
        .collect();
    padded.join(GAP).trim_end().to_owned()
}

/// Names come from users: a line break or an escape sequence in one must not break the table, or worse the terminal.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_whatever_the_letters() {
        let mut table = Table::new(["NAME", "STATE"]);
        table.row(["short", "Completed"]);
        table.row(["日本語の名前", "Failed"]);
        table.row(["evil\u{1b}[31m\nname", ""]);
        let lines: Vec<String> = table.to_string().lines().map(str::to_owned).collect();
        let expected = [
            "NAME            STATE",
            "short           Completed",
            "日本語の名前    Failed",
            "evil [31m name",
        ];
        assert_eq!(lines, expected);
    }
}
