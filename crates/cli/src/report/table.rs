//! Aligned columns.

use std::fmt::Write as _;

/// Rows of text under a head, each column as wide as its longest text.
#[derive(Debug)]
pub(crate) struct Table<const N: usize> {
    columns: [Column; N],
    rows: Vec<Row<N>>,
}

#[derive(Debug)]
enum Row<const N: usize> {
    Cells([String; N]),
    /// A line that keeps to no column.
    Note(String),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Column {
    /// Text.
    Left(&'static str),
    /// A number.
    Right(&'static str),
}

impl Column {
    fn head(self) -> &'static str {
        match self {
            Self::Left(head) | Self::Right(head) => head,
        }
    }
}

impl<const N: usize> Table<N> {
    pub(crate) fn new(columns: [Column; N]) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, row: [String; N]) {
        self.rows.push(Row::Cells(row));
    }

    /// Adds a line of its own between the rows.
    pub(crate) fn note(&mut self, note: String) {
        self.rows.push(Row::Note(note));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Forgets the rows.
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
    }

    /// The head and the rows, a line each.
    pub(crate) fn lines(&self) -> Vec<String> {
        let head = self.columns.map(|column| column.head().to_owned());
        let cells = self.rows.iter().filter_map(|row| match row {
            Row::Cells(cells) => Some(cells),
            Row::Note(_) => None,
        });
        let widths = std::iter::once(&head)
            .chain(cells)
            .fold([0; N], |widths, row| {
                let mut cells = row.iter();
                widths.map(|width: usize| {
                    let cell = cells.next().map_or(0, |cell| cell.chars().count());
                    width.max(cell)
                })
            });
        let rows = self.rows.iter().map(|row| match row {
            Row::Cells(cells) => self.line(cells, &widths),
            Row::Note(note) => note.clone(),
        });
        std::iter::once(self.line(&head, &widths))
            .chain(rows)
            .collect()
    }

    fn line(&self, row: &[String; N], widths: &[usize; N]) -> String {
        let mut line = String::new();
        for ((cell, width), column) in row.iter().zip(widths).zip(self.columns) {
            // Writing to a String cannot fail.
            let _ = match column {
                Column::Left(_) => write!(line, "{cell:<width$}  "),
                Column::Right(_) => write!(line, "{cell:>width$}  "),
            };
        }
        line.truncate(line.trim_end().len());
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let mut table = Table::new([Column::Left("name"), Column::Right("n"), Column::Left("x")]);
        table.add(["é".into(), "1".into(), "-".into()]);
        table.note("-- something else --".into());
        table.add(["longer".into(), "100".into(), "yes".into()]);
        assert_eq!(
            table.lines(),
            [
                "name      n  x",
                "é         1  -",
                "-- something else --",
                "longer  100  yes",
            ]
        );
    }
}
