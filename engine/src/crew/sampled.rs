//! Sampled answers as numbers, in which they travel.

use crate::generate::SampledAnswer;

/// An answer's length and whether it finished, then its ids, then their log-probs; one answer
/// after the other. All of these are numbers that f32 holds.
pub fn answers_to_numbers<'a>(answers: impl IntoIterator<Item = &'a SampledAnswer>) -> Vec<f32> {
    let mut numbers = Vec::new();
    for answer in answers {
        numbers.push(answer.ids.len() as f32);
        numbers.push(if answer.finished { 1.0 } else { 0.0 });
        numbers.extend(answer.ids.iter().map(|&id| id as f32));
        numbers.extend(answer.logps.iter().map(|&logp| logp as f32));
    }
    numbers
}

/// `None` for anything but so many answers.
pub fn answers_from_numbers(mut numbers: &[f32], count: usize) -> Option<Vec<SampledAnswer>> {
    let mut answers = Vec::with_capacity(count);
    for _ in 0..count {
        let (&[length, finished], rest) = numbers.split_first_chunk()?;
        let length = whole(length)? as usize;
        let (ids, rest) = rest.split_at_checked(length)?;
        let (logps, rest) = rest.split_at_checked(length)?;
        answers.push(SampledAnswer {
            ids: ids.iter().map(|&id| whole(id)).collect::<Option<_>>()?,
            logps: logps.iter().map(|&logp| f64::from(logp)).collect(),
            finished: finished == 1.0,
        });
        numbers = rest;
    }
    numbers.is_empty().then_some(answers)
}

fn whole(number: f32) -> Option<u32> {
    let whole = number as u32;
    (whole as f32 == number).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_back_from_their_numbers() {
        let answer = |ids: &[u32], finished| SampledAnswer {
            ids: ids.to_vec(),
            logps: ids.iter().map(|&id| f64::from(-0.1 * id as f32)).collect(),
            finished,
        };
        let answers = [
            answer(&[3, 16_777_215, 0], true),
            answer(&[], false),
            answer(&[7], false),
        ];
        let numbers = answers_to_numbers(&answers);
        assert_eq!(answers_from_numbers(&numbers, 3).unwrap(), answers);
        for (broken, count) in [
            (&numbers[..numbers.len() - 1], 3),
            (&numbers[..], 2),
            (&numbers[..], 4),
            (&[1.5, 0.0], 1),
            (&[1.0, 0.0, -3.0, 0.5], 1),
            (&[f32::NAN, 0.0], 1),
            (&[1e30, 0.0], 1),
        ] {
            assert_eq!(answers_from_numbers(broken, count), None, "{broken:?}");
        }
    }
}
