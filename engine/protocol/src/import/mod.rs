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
mod imported;
mod importer;
mod intake;
mod lines;
mod nectar;
mod objects;
mod options;
mod read_file;
mod row_buffer;
mod sampler;
mod sniffer;
mod splitter;
mod transcript;
mod ultrafeedback;

pub use container::Container;
pub use format::{Form, RowFormat};
pub use imported::{Imported, RowOutcome};
pub use importer::Importer;
pub use intake::{ImportReport, Intake, Sample};
pub use nectar::NectarPairs;
pub use options::{ImportOptions, ROW_LIMIT_BYTES};
pub use read_file::parse_file;
pub use sampler::{SampledRow, Sampler};

#[cfg(test)]
mod format_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;
