//! What is packed, and how a batch is divided.

use super::*;

#[test]
fn a_prompt_that_two_rows_share_is_there_once() {
    let sequence = |prompt: &[u32], completion: &[u32]| Sequence {
        prompt: prompt.to_vec(),
        completion: completion.to_vec(),
    };
    let rows = [
        sequence(&[5, 6], &[7, 8]),
        sequence(&[9], &[1]),
        sequence(&[5, 6], &[4]),
    ];
    let scoped: Vec<_> = rows.iter().map(|row| (row, Scope::Completion)).collect();
    let scoped_only = Packed::new(&scoped).unwrap();
    assert_eq!(scoped_only.tokens, [5, 6, 7, 9]);
    assert_eq!(scoped_only.scored, [1, 2, 3, 1]);
    assert_eq!(scoped_only.targets, [7, 8, 1, 4]);
    let packed = Packed::whole(&scoped).unwrap();
    assert_eq!(packed.tokens, [5, 6, 7, 8, 9, 1, 4]);
    assert_eq!(packed.positions, [0, 1, 2, 3, 0, 1, 2]);
    let segment = Segment::new;
    assert_eq!(
        packed.segments,
        [
            segment(0..0, 0..2),
            segment(0..2, 2..4),
            segment(0..0, 4..6),
            segment(0..2, 6..7),
        ]
    );
    assert_eq!(packed.scored, [1, 2, 4, 1]);
    assert_eq!(packed.targets, [7, 8, 1, 4]);
    assert_eq!(packed.row(2, 2), Some(6));
}

#[test]
fn what_a_sequence_does_not_have_is_nobody_elses() {
    let sequence = |prompt: &[u32], completion: &[u32]| Sequence {
        prompt: prompt.to_vec(),
        completion: completion.to_vec(),
    };
    // Two share a prompt, and the first has nothing of its own.
    let rows = [
        sequence(&[5, 6], &[]),
        sequence(&[5, 6], &[7]),
        sequence(&[], &[9]),
    ];
    let scoped: Vec<_> = rows.iter().map(|row| (row, Scope::Completion)).collect();
    let packed = Packed::whole(&scoped).unwrap();
    let row_of = |sequence, t| packed.row(sequence, t);
    assert_eq!([row_of(0, 1), row_of(0, 2)], [Some(1), None]);
    assert_eq!([row_of(1, 2), row_of(1, 3)], [Some(2), None]);
    assert_eq!(
        [row_of(2, 0), row_of(2, 1), row_of(3, 0)],
        [Some(3), None, None]
    );
    // The last token predicts nothing, so it is not there.
    assert_eq!(Packed::new(&scoped).unwrap().row(2, 0), None);

    for place in 0..3 {
        let mut rows = rows.clone();
        rows[place] = sequence(&[], &[]);
        let scoped: Vec<_> = rows.iter().map(|row| (row, Scope::Completion)).collect();
        for built in [Packed::new(&scoped), Packed::whole(&scoped)] {
            let message = built.unwrap_err().to_string();
            assert!(
                message.contains(&format!("sequence {}", place + 1)),
                "{message}"
            );
        }
    }
}

/// What each scored token of a share sees, in order, and what is scored.
fn seen(packed: &Packed, scored: usize) -> (Vec<u32>, u32) {
    let row = packed.scored[scored] as usize;
    let segment = packed
        .segments
        .iter()
        .find(|segment| segment.own.contains(&row));
    let Segment { prefix, own, .. } = segment.unwrap();
    let rows = prefix.clone().chain(own.start..row + 1);
    (
        rows.map(|row| packed.tokens[row]).collect(),
        packed.targets[scored],
    )
}

#[test]
fn a_batch_beyond_a_limit_is_divided_and_every_token_sees_what_it_saw() {
    let sequence = |prompt: &[u32], completion: &[u32]| Sequence {
        prompt: prompt.to_vec(),
        completion: completion.to_vec(),
    };
    let rows = [
        sequence(&[5, 6, 7], &[7, 8]),
        sequence(&[9, 9, 9], &[1]),
        sequence(&[5, 6, 7], &[4, 3, 2]),
        sequence(&[], &[2, 3, 4, 5]),
        // Nothing but a next token: scored, with no row of its own.
        sequence(&[5, 6, 7], &[1]),
        sequence(&[5, 6, 7], &[2]),
        sequence(&[5, 6, 7], &[9]),
    ];
    let scoped: Vec<_> = rows.iter().map(|row| (row, Scope::Completion)).collect();
    let packed = Packed::new(&scoped).unwrap();
    assert_eq!(packed.longest(), 5);
    for most in 5..20 {
        let shares = packed.within(most).unwrap();
        let mut found = vec![None; packed.scored.len()];
        for share in &shares {
            assert!(
                share.packed.rows() <= most && share.places.len() <= most,
                "{most}"
            );
            assert_eq!(share.packed.scored.len(), share.places.len());
            for (scored, &place) in share.places.iter().enumerate() {
                let before = found[place].replace(seen(&share.packed, scored));
                assert!(before.is_none(), "scored twice");
            }
        }
        let expected = (0..found.len()).map(|place| Some(seen(&packed, place)));
        assert_eq!(found, expected.collect::<Vec<_>>(), "{most}");
        assert_eq!(shares.len() > 1, most < packed.rows(), "{most}");
    }
    assert!(
        packed.within(4).is_none(),
        "three of the prompt and two more"
    );
}

#[test]
fn shares_keep_what_sees_each_other_and_all_that_is_scored() {
    let sequence = |prompt: &[u32], completion: &[u32]| Sequence {
        prompt: prompt.to_vec(),
        completion: completion.to_vec(),
    };
    let rows = [
        sequence(&[5, 6], &[7, 8]),
        sequence(&[9, 9, 9], &[1]),
        sequence(&[5, 6], &[4, 3, 2]),
    ];
    let scoped: Vec<_> = rows.iter().map(|row| (row, Scope::Completion)).collect();
    let packed = Packed::new(&scoped).unwrap();
    let shares = packed.split(2);
    assert_eq!(shares.len(), 2);
    assert_eq!(shares[0].packed.tokens, [5, 6, 7, 4, 3]);
    assert_eq!(shares[1].packed.tokens, [9, 9, 9]);
    assert_eq!(shares[0].packed.segments[2].prefix, 0..2);
    let mut targets = vec![0; packed.targets.len()];
    for share in &shares {
        for (&place, &target) in share.places.iter().zip(&share.packed.targets) {
            targets[place] = target;
        }
    }
    assert_eq!(targets, packed.targets);
    assert_eq!(packed.split(9).len(), 2, "as many as there are groups");
}

/// A text of two tokens beside one of four: its two paddings see its two tokens, and nothing else.
#[test]
fn padding_stands_behind_its_own_text() {
    let texts = [
        Sequence {
            prompt: vec![1],
            completion: vec![2],
        },
        Sequence {
            prompt: vec![3, 4],
            completion: vec![5, 6],
        },
    ];
    let packed = Packed::filled(&[&texts[0], &texts[1]], 9).unwrap();
    assert_eq!(packed.tokens, [1, 2, 9, 9, 3, 4, 5, 6]);
    assert_eq!(packed.positions, [0, 1, 2, 3, 0, 1, 2, 3]);
    assert_eq!(packed.scored, (0..8).collect::<Vec<u32>>());
    let padding: Vec<_> = packed.segments.iter().filter(|s| s.is_padding).collect();
    assert_eq!(padding.len(), 2);
    for (segment, row) in padding.into_iter().zip(2..) {
        assert_eq!((&segment.prefix, &segment.own), (&(0..2), &(row..row + 1)));
    }
    // They stay behind it, however the batch is divided.
    for share in packed.split(2) {
        for segment in share.packed.segments.iter().filter(|s| s.is_padding) {
            assert_eq!((segment.prefix.len(), segment.own.len()), (2, 1));
        }
    }
    let empty = Sequence {
        prompt: Vec::new(),
        completion: Vec::new(),
    };
    assert!(Packed::filled(&[&empty], 9).is_err());
}
