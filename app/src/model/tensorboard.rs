//! A run as TensorBoard reads it: an event file, which is a list of records, each a length,
//! its checksum, an `Event` message and its checksum.
//!
//! Source: TensorFlow's `tfrecord` format and `tensorflow/core/util/event.proto`.

use super::run_record::RunRecord;

/// What the file begins with: the version of the format.
const VERSION: &str = "brain.Event:2";

/// The events of a run: every metric of every step as a scalar, by TRL's names; KL and win
/// rates where they were measured. What it does not know is when each step was taken: all
/// carry the time at which the run began, in seconds.
pub fn event_file(run: &RunRecord, begun_s: f64) -> Vec<u8> {
    let mut file = Vec::new();
    let mut version = Message::default();
    version.double(1, begun_s);
    version.bytes(3, VERSION.as_bytes());
    record(&mut file, &version.0);
    for point in run.curve.iter() {
        let scalars: Vec<(&str, f64)> = point.metrics.iter().collect();
        record(&mut file, &event(begun_s, point.step, &scalars));
    }
    for point in &run.kls {
        let scalars = [("eval/kl", point.kl)];
        record(&mut file, &event(begun_s, point.step, &scalars));
    }
    for point in &run.win_rates {
        let name = format!("eval/win_rate/{}", point.principle.slug());
        let scalars = [(name.as_str(), point.rate)];
        record(&mut file, &event(begun_s, point.step, &scalars));
    }
    file
}

/// The folder of a run. No two runs share one, whatever signs their names have. In ASCII: where the locale is C,
/// others come out of a zip as names that TensorBoard cannot read.
pub fn folder_name(name: &str, uid: u64) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let named = name.replace('β', "beta").replace('α', "alpha");
    let plain: String = named
        .chars()
        .map(|c| if is_plain(c) { c } else { '_' })
        .collect();
    format!("{plain}_{uid}")
}

fn event(begun_s: f64, step: usize, scalars: &[(&str, f64)]) -> Vec<u8> {
    let mut summary = Message::default();
    for (tag, value) in scalars {
        let mut scalar = Message::default();
        scalar.bytes(1, tag.as_bytes());
        scalar.float(2, *value as f32);
        summary.bytes(1, &scalar.0);
    }
    let mut event = Message::default();
    event.double(1, begun_s);
    event.int(2, step as u64);
    event.bytes(5, &summary.0);
    event.0
}

fn record(file: &mut Vec<u8>, data: &[u8]) {
    let length = (data.len() as u64).to_le_bytes();
    file.extend(length);
    file.extend(masked(&length).to_le_bytes());
    file.extend(data);
    file.extend(masked(data).to_le_bytes());
}

/// CRC-32C, turned and moved, so that a checksum of checksums is none of their data.
fn masked(data: &[u8]) -> u32 {
    crc32c::crc32c(data)
        .rotate_right(15)
        .wrapping_add(0xa282_ead8)
}

/// A message in protobuf's wire format.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn int(&mut self, field: u64, value: u64) {
        self.varint(field << 3);
        self.varint(value);
    }

    fn double(&mut self, field: u64, value: f64) {
        self.varint(field << 3 | 1);
        self.0.extend(value.to_le_bytes());
    }

    fn bytes(&mut self, field: u64, value: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(value.len() as u64);
        self.0.extend(value);
    }

    fn float(&mut self, field: u64, value: f32) {
        self.varint(field << 3 | 5);
        self.0.extend(value.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::run_record::run_for_tests as run;

    /// The data of each record, its checksums looked at.
    fn records(mut file: &[u8]) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        while !file.is_empty() {
            let (length, rest) = file.split_at(8);
            let (sum, rest) = rest.split_at(4);
            assert_eq!(sum, masked(length).to_le_bytes());
            let size = u64::from_le_bytes(length.try_into().expect("8 bytes")) as usize;
            let (data, rest) = rest.split_at(size);
            let (sum, rest) = rest.split_at(4);
            assert_eq!(sum, masked(data).to_le_bytes());
            found.push(data.to_vec());
            file = rest;
        }
        found
    }

    #[test]
    fn the_first_record_is_that_of_every_event_file() {
        let file = event_file(&run(1, &[]), 0.0);
        // As TensorFlow writes it, at the time 0.
        let mut expected = vec![0x18, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(&file[..8], &expected[..]);
        expected = b"\x09\0\0\0\0\0\0\0\0\x1a\x0dbrain.Event:2".to_vec();
        assert_eq!(records(&file), [expected]);
    }

    #[test]
    fn a_checksum_is_the_known_one() {
        // RFC 3720, B.4: 32 bytes of zeros.
        assert_eq!(crc32c::crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(
            masked(&[0; 32]),
            0x8a91_36aau32.rotate_right(15).wrapping_add(0xa282_ead8)
        );
    }

    #[test]
    fn each_step_is_an_event_with_its_metrics() {
        let file = event_file(&run(1, &[0.5, 0.25]), 1.5);
        let events = records(&file);
        assert_eq!(events.len(), 3);
        let mut second = Message::default();
        second.double(1, 1.5);
        second.int(2, 2);
        second.bytes(5, b"\x0a\x0b\x0a\x04loss\x15\0\0\x80\x3e");
        assert_eq!(events[2], second.0);
    }

    #[test]
    fn large_numbers_take_several_bytes() {
        let mut message = Message::default();
        message.varint(300);
        assert_eq!(message.0, [0xac, 0x02]);
    }

    #[test]
    fn a_folder_s_name_is_plain_and_still_says_which_run_it_is() {
        assert_eq!(
            folder_name("DPO β 0.5, seed 3", 7),
            "DPO_beta_0.5__seed_3_7"
        );
        assert_eq!(folder_name("多/α", 8), "__alpha_8");
    }
}
