//! What heads give anywhere, over padding too, and heads that a pass does not read.

use super::super::{forward_scalars, mean_logits, outputs_at};
use super::*;
use crate::kernels::Packed;

/// As TRL logs them: over padding too, which sees the real tokens of its row alone.
fn check_mean_logits_on(device: &Device, tolerance: &Tolerance) {
    for config in [
        GptConfig::new(37, 41, 24, 2, 3),
        GptConfig::new(37, 41, 21, 1, 3),
    ] {
        let rows = sequences(&[(3, 5), (3, 17), (9, 1), (0, 4)], config.vocab_size);
        let batch = Batch::new(&rows, 7).unwrap();
        let texts: Vec<&Sequence> = rows.iter().collect();
        let packed = Packed::filled(&texts, 7).unwrap();
        let (on_cpu, plain_arena) = model(config.clone(), &Device::flex());
        let gpt = on_cpu.gpt(&plain_arena);
        let hidden = gpt.hidden_without_padding(batch.tokens(&Device::flex()), &batch.lengths);
        let expected = numbers(gpt.mean_logits(hidden));
        let (model, arena) = model(config, device);
        let found = numbers(mean_logits(&model, &arena, &packed).unwrap());
        assert_eq!(found.len(), batch.rows() * batch.width());
        assert_close("mean logits", &found, &expected, tolerance.rest);
    }
}

#[test]
fn mean_logits_over_padding_are_burns() {
    check_mean_logits_on(&Device::flex(), &ON_CPU);
}

#[test]
#[ignore = "needs a GPU, in software at least"]
fn mean_logits_over_padding_are_burns_on_gpu() {
    check_mean_logits_on(&gpu(), &ON_GPU);
}

/// A language head, and a scalar one beside a head that is no embedding, of a width that is no vec4.
fn check_outputs_on(device: &Device, tolerance: &Tolerance) {
    for has_score_head in [false, true] {
        let mut config = untied(GptConfig::new(37, 41, 21, 2, 3));
        config.has_score_head = has_score_head;
        let ids: Vec<u32> = (0..19).map(|at| (at * 11) % 37).collect();
        let places = [4, 18, 0];
        let (on_cpu, plain_arena) = model(config.clone(), &Device::flex());
        let gpt = on_cpu.gpt(&plain_arena);
        let row = Sequence {
            prompt: ids.clone(),
            completion: Vec::new(),
        };
        let tokens = Batch::whole([&row], 0).unwrap().tokens(&Device::flex());
        let hidden = gpt.hidden(tokens, None).reshape([19, 21]);
        let expected = match gpt.rewards(hidden.clone()) {
            Some(rewards) => numbers(rewards),
            None => numbers(gpt.logits(hidden).flatten(0, 1)),
        };
        let columns = expected.len() / 19;
        let (model, arena) = model(config, device);
        let found = block_on(outputs_at(&model, &arena, &ids, &places)).unwrap();
        for (found, place) in found.iter().zip(places) {
            let expected = &expected[place * columns..(place + 1) * columns];
            assert_close("outputs", found, expected, tolerance.rest);
        }
    }
}

#[test]
fn what_a_head_gives_anywhere_is_burns() {
    check_outputs_on(&Device::flex(), &ON_CPU);
}

#[test]
#[ignore = "needs a GPU, in software at least"]
fn what_a_head_gives_anywhere_is_burns_on_gpu() {
    check_outputs_on(&gpu(), &ON_GPU);
}

/// The gradient of a scalar head beside a language head that is no embedding, which has none.
#[test]
#[ignore = "needs a GPU, in software at least"]
fn a_head_that_is_not_read_has_no_gradient_on_gpu() {
    let mut config = untied(GptConfig::new(37, 41, 24, 2, 3));
    config.has_score_head = true;
    let rows = sequences(&[(5, 8), (5, 11)], config.vocab_size);
    let batch = Batch::whole(&rows, 0).unwrap();
    let (places, upstream) = ([(0, 12), (1, 3)], [0.3, -1.2]);
    let both = |device: &Device| {
        let (model, arena) = model(config.clone(), device);
        let pass = forward_scalars(&model, &arena, &batch, &places).unwrap();
        numbers(pass.tape.backward(&model, &batch, &upstream))
    };
    let (expected, found) = (both(&Device::flex()), both(&gpu()));
    let layout = Layout::of(&config);
    for slot in &layout.slots {
        let (found, expected) = (&found[slot.range()], &expected[slot.range()]);
        assert_close(&slot.name, found, expected, ON_GPU.rest);
    }
}
