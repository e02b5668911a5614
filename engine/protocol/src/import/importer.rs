//! A file from its bytes to its rows.

use super::container::{Container, RawRow};
use super::decode::Decoder;
use super::format::{RowFormat, RowReader};
use super::imported::RowOutcome;
use super::options::ImportOptions;
use super::sniffer::{Sniffed, Sniffer};
use super::splitter::{Splitter, refuse_file};

/// Reads a file, chunk by chunk.
pub struct Importer {
    decoder: Decoder,
    text: TextImporter,
}

/// Reads a file of text in UTF-8.
struct TextImporter {
    state: ImportStage,
    container: Option<Container>,
    rows: NumberedRows,
}

enum ImportStage {
    Sniffing(Sniffer),
    Splitting(Splitter),
}

impl Importer {
    /// For a file of this name.
    pub fn new(name: &str, options: ImportOptions) -> Importer {
        Importer {
            decoder: Decoder::default(),
            text: TextImporter {
                state: ImportStage::Sniffing(Sniffer::new(name, options.row_limit_bytes)),
                container: None,
                rows: NumberedRows {
                    reader: RowReader::new(&options),
                    count: 0,
                },
            },
        }
    }

    /// What the file is made of, as soon as that is known.
    pub fn container(&self) -> Option<Container> {
        self.text.container
    }

    /// What the first good row was.
    pub fn format(&self) -> Option<RowFormat> {
        self.text.rows.reader.format()
    }

    /// The rows so far.
    pub fn row_count(&self) -> usize {
        self.text.rows.count
    }

    /// Of CSV the line of column names, as it stands in the file: refused rows need it
    /// before them.
    pub fn header(&self) -> Option<&str> {
        match &self.text.state {
            ImportStage::Splitting(Splitter::Csv(csv)) => {
                csv.header().map(|header| header.text.as_str())
            }
            _ => None,
        }
    }

    /// Takes in the next bytes; `out` gets each row that they complete.
    pub fn push(&mut self, bytes: &[u8], out: &mut impl FnMut(RowOutcome)) {
        let Importer { decoder, text } = self;
        decoder.push(bytes, &mut |bytes| text.push(bytes, out));
    }

    /// Ends the file; `out` gets the row that was not complete.
    pub fn finish(&mut self, out: &mut impl FnMut(RowOutcome)) {
        let Importer { decoder, text } = self;
        let end = decoder.finish(&mut |bytes| text.push(bytes, out));
        text.finish(out);
        if let Err(found) = end {
            text.container.get_or_insert(Container::Foreign);
            refuse_file(found, &mut |row| out(text.rows.outcome(row)));
        }
    }
}

impl TextImporter {
    fn push(&mut self, mut bytes: &[u8], out: &mut impl FnMut(RowOutcome)) {
        if let ImportStage::Sniffing(sniffer) = &mut self.state {
            let sniffed = bytes
                .iter()
                .enumerate()
                .find_map(|(index, &byte)| Some((index, sniffer.take(byte)?)));
            let Some((index, sniffed)) = sniffed else {
                return;
            };
            bytes = &bytes[index + 1..];
            self.begin(sniffed, out);
        }
        if let ImportStage::Splitting(splitter) = &mut self.state {
            splitter.push(bytes, &mut |row| out(self.rows.outcome(row)));
        }
    }

    fn finish(&mut self, out: &mut impl FnMut(RowOutcome)) {
        if let ImportStage::Sniffing(sniffer) = &mut self.state
            && let Some(sniffed) = sniffer.finish()
        {
            self.begin(sniffed, out);
        }
        if let ImportStage::Splitting(splitter) = &mut self.state {
            splitter.finish(&mut |row| out(self.rows.outcome(row)));
        }
    }

    fn begin(&mut self, sniffed: Sniffed, out: &mut impl FnMut(RowOutcome)) {
        self.container = Some(sniffed.container);
        let mut splitter = sniffed.splitter;
        splitter.push(&sniffed.begin, &mut |row| out(self.rows.outcome(row)));
        self.state = ImportStage::Splitting(splitter);
    }
}

/// The rows of a file, numbered.
struct NumberedRows {
    reader: RowReader,
    count: usize,
}

impl NumberedRows {
    fn outcome(&mut self, row: RawRow<'_>) -> RowOutcome {
        let (number, line) = (self.count + 1, row.line);
        self.count = number;
        match row.row.and_then(|row| self.reader.read(&row)) {
            Ok(examples) => RowOutcome::Good {
                number,
                line,
                examples,
            },
            Err(error) => RowOutcome::Refused {
                number,
                line,
                error,
                raw: String::from_utf8_lossy(row.raw).into_owned(),
            },
        }
    }
}
