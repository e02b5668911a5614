//! Recognises a file's container from its beginning.

use super::array::{Array, ArrayPlace};
use super::container::Container;
use super::csv::Csv;
use super::lines::LineSplitter;
use super::objects::Objects;
use super::splitter::Splitter;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// First bytes of files that people take for a dataset's, and that are not read.
const FOREIGN: [(&[u8], &str); 6] = [
    (b"PAR1", "a Parquet file"),
    (b"ARRO", "an Arrow file"),
    (b"PK\x03\x04", "a zip archive (or an Excel file)"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zX", "an xz archive"),
];

/// Bytes after which every first mark above is there or not.
const LONGEST_MARK: usize = 4;

/// What the name says where the first bytes leave it open.
#[derive(Clone, Copy, PartialEq)]
enum Hint {
    Lines,
    Json,
    None,
}

/// Takes in the beginning of a file, byte by byte, until it is clear what it is:
///
/// - `[` begins a JSON array;
/// - `{` begins an answer of datasets-server if the first object has a list `rows`, and a
///   list of rows within an object if it has one under another common name before any
///   column of a row, unless the name says that each line is a row (`.jsonl`, `.ndjson`);
/// - otherwise `{` begins objects behind each other if a line ends within the first one,
///   and else JSON lines;
/// - anything else is CSV, or JSON lines (each refused) if the name says JSON.
pub struct Sniffer {
    hint: Hint,
    limit: usize,
    /// What has been taken in, without byte order mark and blanks at the start.
    taken: Vec<u8>,
    has_begun: bool,
    /// Blanks before the first byte of its line: tabs may separate empty names.
    indent: Vec<u8>,
    /// The line on which `taken` begins, from 1.
    line: usize,
    object: FirstObject,
}

/// What the file is, and the bytes that its splitter has to begin with.
pub struct Sniffed {
    pub container: Container,
    pub splitter: Splitter,
    pub begin: Vec<u8>,
}

impl Sniffer {
    pub fn new(name: &str, limit: usize) -> Sniffer {
        let name = name.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        let hint = if name.ends_with(".jsonl") || name.ends_with(".ndjson") {
            Hint::Lines
        } else if name.ends_with(".json") {
            Hint::Json
        } else {
            Hint::None
        };
        Sniffer {
            hint,
            limit,
            taken: Vec::new(),
            has_begun: false,
            indent: Vec::new(),
            line: 1,
            object: FirstObject::default(),
        }
    }

    /// Takes in a byte.
    pub fn take(&mut self, byte: u8) -> Option<Sniffed> {
        self.taken.push(byte);
        if !self.has_begun {
            if self.taken.len() < LONGEST_MARK {
                return None;
            }
            return self.begin();
        }
        if self.taken.len() == 1 {
            return self.first(byte);
        }
        let seen = self.object.step(byte);
        self.seen(seen)
    }

    /// What a file is that ends here; `None` if nothing but blanks came.
    pub fn finish(&mut self) -> Option<Sniffed> {
        if !self.has_begun
            && let Some(sniffed) = self.begin()
        {
            return Some(sniffed);
        }
        (!self.taken.is_empty()).then(|| self.splitter(Container::JsonLines))
    }

    /// Looks at the very first bytes, then takes in those that are no mark.
    fn begin(&mut self) -> Option<Sniffed> {
        self.has_begun = true;
        if let Some((_, found)) = FOREIGN
            .iter()
            .find(|(mark, _)| self.taken.starts_with(mark))
        {
            return Some(Sniffed {
                container: Container::Foreign,
                splitter: Splitter::Foreign(Some(found)),
                begin: Vec::new(),
            });
        }
        let first = std::mem::take(&mut self.taken);
        let first = first.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&first);
        for (index, &byte) in first.iter().enumerate() {
            if let Some(mut sniffed) = self.take(byte) {
                sniffed.begin.extend_from_slice(&first[index + 1..]);
                return Some(sniffed);
            }
        }
        None
    }

    /// The first byte that is no mark, or a blank before it.
    fn first(&mut self, byte: u8) -> Option<Sniffed> {
        match byte {
            _ if byte.is_ascii_whitespace() => {
                self.taken.clear();
                self.line += usize::from(byte == b'\n');
                match byte {
                    b'\t' => self.indent.push(byte),
                    _ => self.indent.clear(),
                }
                None
            }
            b'[' => Some(self.splitter(Container::JsonArray)),
            b'{' => None,
            _ if self.hint == Hint::None => Some(self.splitter(Container::Csv)),
            _ => Some(self.splitter(Container::JsonLines)),
        }
    }

    fn seen(&mut self, seen: ByteClue) -> Option<Sniffed> {
        let is_lines = self.hint == Hint::Lines;
        match seen {
            ByteClue::Rows if !is_lines => Some(self.splitter(Container::JsonRows)),
            ByteClue::Data if !is_lines => Some(self.splitter(Container::JsonData)),
            ByteClue::End if self.object.has_line_end => {
                Some(self.splitter(Container::JsonObjects))
            }
            ByteClue::End => Some(self.splitter(Container::JsonLines)),
            ByteClue::LineEnd if is_lines => Some(self.splitter(Container::JsonObjects)),
            _ if self.taken.len() < self.limit => None,
            _ => Some(self.splitter(Container::JsonLines)),
        }
    }

    fn splitter(&mut self, container: Container) -> Sniffed {
        let mut begin = std::mem::take(&mut self.taken);
        let line = self.line;
        let splitter = match container {
            Container::JsonArray | Container::JsonData | Container::JsonRows => {
                // All up to the array's beginning is done with.
                let line = line + begin.iter().filter(|&&byte| byte == b'\n').count();
                begin.clear();
                let place = match container {
                    Container::JsonArray => ArrayPlace::Alone,
                    Container::JsonData => ArrayPlace::Inside,
                    _ => ArrayPlace::Answer,
                };
                Splitter::Array(Array::new(line, self.limit, place))
            }
            Container::Csv => {
                begin.splice(..0, std::mem::take(&mut self.indent));
                Splitter::Csv(Box::new(Csv::new(line, self.limit)))
            }
            Container::JsonLines => Splitter::Lines(LineSplitter::new(line, self.limit)),
            Container::JsonObjects => Splitter::Objects(Objects::new(line, self.limit)),
            Container::Foreign => Splitter::Foreign(None),
        };
        Sniffed {
            container,
            splitter,
            begin,
        }
    }
}

/// What a byte of the first object tells.
enum ByteClue {
    Nothing,
    /// The end of a line within the object.
    LineEnd,
    /// The beginning of the list `rows`.
    Rows,
    /// The beginning of a list under another name that stands for rows.
    Data,
    /// The object is over, or is none.
    End,
}

/// Names under which a file may hold all its rows.
const DATA: [&[u8]; 5] = [b"data", b"train", b"examples", b"instances", b"items"];
/// Columns that rows alone have.
const COLUMNS: [&[u8]; 7] = [
    b"prompt",
    b"chosen",
    b"rejected",
    b"completion",
    b"messages",
    b"text",
    b"input_ids",
];
/// More bytes than any of these names has.
const LONGEST_NAME: usize = 12;

/// Goes through the first object, from behind its `{`, for a key `rows` of its own that
/// holds a list, or one like it.
#[derive(Default)]
struct FirstObject {
    /// Open brackets and braces within the object.
    depth: usize,
    is_text: bool,
    is_escaped: bool,
    /// The last string at depth 0, as far as it could be one of the names.
    key: Vec<u8>,
    /// Whether the value of the key begins next.
    is_value: bool,
    has_column: bool,
    has_line_end: bool,
}

impl FirstObject {
    fn step(&mut self, byte: u8) -> ByteClue {
        if self.is_text {
            return self.step_in_text(byte);
        }
        let is_value = self.is_value;
        self.is_value &= byte.is_ascii_whitespace();
        match byte {
            b'\n' => {
                self.has_line_end = true;
                return ByteClue::LineEnd;
            }
            b'[' if is_value && self.key == b"rows" => return ByteClue::Rows,
            b'[' if is_value && !self.has_column && DATA.contains(&self.key.as_slice()) => {
                return ByteClue::Data;
            }
            b'[' | b'{' => self.depth += 1,
            b'"' => {
                self.is_text = true;
                self.key.clear();
            }
            b':' if self.depth == 0 => {
                self.is_value = true;
                self.has_column |= COLUMNS.contains(&self.key.as_slice());
            }
            b'}' | b']' if self.depth == 0 => return ByteClue::End,
            b'}' | b']' => self.depth -= 1,
            _ => {}
        }
        ByteClue::Nothing
    }

    fn step_in_text(&mut self, byte: u8) -> ByteClue {
        match byte {
            // JSON has no line ends in strings: the first line is not JSON.
            b'\n' => return ByteClue::End,
            _ if self.is_escaped => self.is_escaped = false,
            b'\\' => self.is_escaped = true,
            b'"' => self.is_text = false,
            _ => {}
        }
        if self.is_text && self.key.len() <= LONGEST_NAME {
            self.key.push(byte);
        }
        ByteClue::Nothing
    }
}
