//! Files of people's judgements, read as they come: containers are split into rows, and
//! rows become examples.
//!
//! Bytes go in in chunks that may be cut anywhere; each row comes out as soon as it is
//! whole. What is held is one row, never the file.

mod array;
mod cells;
mod container;
mod csv;
mod decode;
mod format;
mod gunzip;
mod hh_rlhf;
mod intake;
mod lines;
mod nectar;
mod objects;
mod read_file;
mod row_buffer;
mod sampler;
mod sniffer;
mod transcript;
mod ultrafeedback;

use self::container::{RawRow, Splitter, refuse_file};
use self::decode::Decoder;
use self::format::RowReader;
use self::sniffer::{Sniffed, Sniffer};
use super::Example;
use crate::error::{Error, Result};
use crate::label::{Label, PairSource, Verdict};
use serde::{Deserialize, Serialize};

pub use container::Container;
pub use format::{Form, RowFormat};
pub use intake::{ImportReport, Intake, Sample};
pub use nectar::NectarPairs;
pub use read_file::parse_file;
pub use sampler::{SampledRow, Sampler};

/// The longest row that is read unless told otherwise, in bytes.
pub const ROW_LIMIT_BYTES: usize = 4 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportOptions {
    /// A longer row is refused and passed over.
    pub row_limit_bytes: usize,
    /// The pairs that a ranking gives.
    pub nectar: NectarPairs,
    /// Refuses rows that make no label: token ids, and rows of supervised fine-tuning.
    pub labels_only: bool,
    /// Reads rows as TRL does wherever it can read them: transcripts are strings there, and
    /// scores do not count.
    pub as_trl: bool,
}

impl Default for ImportOptions {
    fn default() -> ImportOptions {
        ImportOptions {
            row_limit_bytes: ROW_LIMIT_BYTES,
            nectar: NectarPairs::default(),
            labels_only: true,
            as_trl: false,
        }
    }
}

/// What a row gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Imported {
    Row(Example),
    /// A pair whose answers were judged equally good, in the order of the file.
    Tie(Example),
    /// A label of Tilt's own export, whole.
    Label(Box<Label>),
}

impl Imported {
    /// As a label. One of Tilt's own export is what it was; another one gets this source,
    /// id and time (milliseconds since the Unix epoch).
    ///
    /// # Errors
    /// As [`Label::from_row`], for rows that were read without
    /// [`ImportOptions::labels_only`].
    pub fn into_label(
        self,
        line: usize,
        source: PairSource,
        id: String,
        at_ms: f64,
    ) -> Result<Label> {
        match self {
            Imported::Row(example) => Label::from_row(&example, line, source, id, at_ms),
            Imported::Tie(example) => {
                let mut label = Label::from_row(&example, line, source, id, at_ms)?;
                label.verdict = Verdict::Tie;
                Ok(label)
            }
            Imported::Label(label) => Ok(*label),
        }
    }
}

/// What became of one row of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Good {
        /// Among the file's rows, good and refused, from 1.
        number: usize,
        /// Where the row starts, from 1.
        line: usize,
        /// One, or of a ranking several; never none.
        examples: Vec<Imported>,
    },
    Refused {
        number: usize,
        line: usize,
        /// [`Error::BadRow`].
        error: Error,
        /// The row as it stands in the file, without line ends at its edges; bytes that
        /// are no UTF-8 replaced. Of a row beyond the limit, the beginning.
        raw: String,
    },
}

/// Reads a file, chunk by chunk.
pub struct Importer {
    decoder: Decoder,
    text: TextImporter,
}

/// Reads a file of text in UTF-8.
struct TextImporter {
    state: State,
    container: Option<Container>,
    rows: Rows,
}

enum State {
    Sniffing(Sniffer),
    Splitting(Splitter),
}

impl Importer {
    /// For a file of this name.
    pub fn new(name: &str, options: ImportOptions) -> Importer {
        Importer {
            decoder: Decoder::default(),
            text: TextImporter {
                state: State::Sniffing(Sniffer::new(name, options.row_limit_bytes)),
                container: None,
                rows: Rows {
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
            State::Splitting(Splitter::Csv(csv)) => csv.header().map(|header| header.text.as_str()),
            _ => None,
        }
    }

    /// Takes in the next bytes; `out` gets each row that they complete.
    pub fn push(&mut self, bytes: &[u8], out: &mut impl FnMut(Outcome)) {
        let Importer { decoder, text } = self;
        decoder.push(bytes, &mut |bytes| text.push(bytes, out));
    }

    /// Ends the file; `out` gets the row that was not complete.
    pub fn finish(&mut self, out: &mut impl FnMut(Outcome)) {
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
    fn push(&mut self, mut bytes: &[u8], out: &mut impl FnMut(Outcome)) {
        if let State::Sniffing(sniffer) = &mut self.state {
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
        if let State::Splitting(splitter) = &mut self.state {
            splitter.push(bytes, &mut |row| out(self.rows.outcome(row)));
        }
    }

    fn finish(&mut self, out: &mut impl FnMut(Outcome)) {
        if let State::Sniffing(sniffer) = &mut self.state
            && let Some(sniffed) = sniffer.finish()
        {
            self.begin(sniffed, out);
        }
        if let State::Splitting(splitter) = &mut self.state {
            splitter.finish(&mut |row| out(self.rows.outcome(row)));
        }
    }

    fn begin(&mut self, sniffed: Sniffed, out: &mut impl FnMut(Outcome)) {
        self.container = Some(sniffed.container);
        let mut splitter = sniffed.splitter;
        splitter.push(&sniffed.begin, &mut |row| out(self.rows.outcome(row)));
        self.state = State::Splitting(splitter);
    }
}

/// The rows of a file, numbered.
struct Rows {
    reader: RowReader,
    count: usize,
}

impl Rows {
    fn outcome(&mut self, row: RawRow<'_>) -> Outcome {
        let (number, line) = (self.count + 1, row.line);
        self.count = number;
        match row.row.and_then(|row| self.reader.read(&row)) {
            Ok(examples) => Outcome::Good {
                number,
                line,
                examples,
            },
            Err(error) => Outcome::Refused {
                number,
                line,
                error,
                raw: String::from_utf8_lossy(row.raw).into_owned(),
            },
        }
    }
}

#[cfg(test)]
mod format_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;
