//! That the self-test sees what it is there to see.

use super::*;
use crate::generate::{next_token_logits, probabilities};
use crate::kernels::gpu::trial::{self, Traits};
use crate::testing::gpu;
use pollster::block_on;
use std::collections::BTreeSet;
use std::path::Path;

fn on_cpu(is_tied: bool) -> Vec<NamedValues> {
    block_on(parts(&Device::flex(), is_tied)).unwrap()
}

/// What is done to the numbers of a part.
type Change<'a> = &'a dyn Fn(&mut [f32]);

#[test]
fn a_part_that_is_off_is_seen_and_named_whatever_its_size() {
    for is_tied in [true, false] {
        let expected = on_cpu(is_tied);
        compare(&expected, &expected).unwrap();
        for (index, part) in expected.iter().enumerate() {
            let largest =
                |a: &usize, b: &usize| part.values[*a].abs().total_cmp(&part.values[*b].abs());
            let most = (0..part.values.len()).max_by(largest).unwrap();
            assert!(part.values[most].abs() > 0.0, "{} is nothing", part.name);
            let changes: [(&str, Change<'_>); 5] = [
                ("its largest off by 1%", &|numbers| numbers[most] *= 1.01),
                ("zero", &|numbers| numbers.fill(0.0)),
                ("the other sign", &|numbers| {
                    numbers.iter_mut().for_each(|x| *x = -*x)
                }),
                ("NaN at the end", &|numbers| {
                    *numbers.last_mut().unwrap() = f32::NAN
                }),
                ("infinite", &|numbers| numbers[most] = f32::INFINITY),
            ];
            for (what, change) in changes {
                let mut found = expected.clone();
                change(&mut found[index].values);
                let refused = compare(&found, &expected);
                let message = refused
                    .err()
                    .map(|error| error.to_string())
                    .unwrap_or_default();
                // What is in two parts is seen in the first of them.
                let name = part.name.split(" (").next().unwrap();
                assert!(message.contains(name), "{}: {what}: {message}", part.name);
            }
            let mut found = expected.clone();
            found[index].values.pop();
            assert!(
                compare(&found, &expected).is_err(),
                "{} is shorter",
                part.name
            );
        }
        assert!(compare(&expected[1..], &expected).is_err());
    }
}

/// Queries and keys have gradients much smaller than others': an absolute tolerance for all of
/// them did not see these two.
#[test]
fn gradients_of_queries_and_keys_are_parts_of_their_own() {
    let names: Vec<String> = on_cpu(true).into_iter().map(|part| part.name).collect();
    for block in 0..2 {
        for what in ["queries", "keys", "values"] {
            let name = format!("gradients of h.{block}.attn.c_attn.weight ({what})");
            let is_there = names.iter().any(|known| known.ends_with(&name[13..]));
            assert!(is_there, "{name}: {names:?}");
        }
    }
}

/// Ways to break each kernel: a text in it, and what stands there instead. All buffers stay in
/// use, or the kernel would not be one that can be launched.
const BREAKS: &[(&str, [&str; 2])] = &[
    ("scalars", ["arena[sizes.head + c]", "arena[sizes.head]"]),
    ("scalars_backward", ["upstream[place] * weight", "weight"]),
    ("scalars_backward", ["upstream[place] * hidden[", "hidden["]),
    (
        "embed",
        [
            "arena[sizes.positions_at + position * sizes.d4 + c]",
            "vec4<f32>()",
        ],
    ),
    (
        "layer_norm",
        [
            "value * arena[sizes.gain_at + c] + arena[sizes.bias_at + c]",
            "value * arena[sizes.gain_at + c]",
        ],
    ),
    ("layer_norm", ["+ row] = scale;", "+ row] = 1.0;"]),
    ("layer_norm", ["- filled * mean * mean", ""]),
    (
        "spread",
        [
            ", 0.0, place == 0xffffffffu)",
            ", 1.0, place == 0xffffffffu)",
        ],
    ),
    (
        "soft_logps",
        [
            "(logit - log_sums[token])",
            "(logit - 0.9 * log_sums[token])",
        ],
    ),
    ("soft_backward", ["down * exp(", "0.9 * down * exp("]),
    (
        "soft_backward",
        [
            "upstream[token] * bitcast<f32>(shares[at + 1u]);",
            "0.9 * upstream[token] * bitcast<f32>(shares[at + 1u]);",
        ],
    ),
    ("linear", ["value + weights[sizes.bias_at + c]", "value"]),
    ("linear_residual", ["out[at] += value", "out[at] = value"]),
    ("linear_gelu", ["out[at] = x * share;", "out[at] = x;"]),
    (
        "linear_gelu",
        ["slope[at] = share + x * share", "slope[at] = share + share"],
    ),
    (
        "attention",
        [
            "select(own + j - prefix_len, prefix + j, j < prefix_len)",
            "own + j - prefix_len",
        ],
    ),
    ("attention", ["most + log(total)", "most"]),
    (
        "attention_backward_queries",
        [
            "select(own + j - prefix_len, prefix + j, j < prefix_len)",
            "own + j - prefix_len",
        ],
    ),
    (
        "attention_backward_queries",
        ["sum_#e * sizes.scale;", "sum_#e;"],
    ),
    (
        "attention_backward_queries",
        ["+ row] = dot_out;", "+ row] = 0.0;"],
    ),
    (
        "attention_backward_keys",
        ["d_k_#e * sizes.scale;", "d_k_#e;"],
    ),
    (
        "attention_backward_keys",
        [
            "d_qkv[begin + d4 + #eu] = d_v_#e;",
            "d_qkv[begin + d4 + #eu] = 0.99 * d_v_#e;",
        ],
    ),
    (
        "attention_backward_keys",
        ["range >= ranges_end", "range + 1u >= ranges_end"],
    ),
    ("logits", ["= value;", "= 1.01 * value;"]),
    (
        "logps",
        [
            "log_sums[token] = most + log_shares;",
            "log_sums[token] = most;",
        ],
    ),
    (
        "logps",
        ["log_shares - total(weighted) / shares", "log_shares"],
    ),
    ("logps", ["own == most && before == 0.0", "false"]),
    (
        "logps",
        [
            "total(logit_sum) / f32(sizes.vocab)",
            "total(logit_sum) / f32(sizes.v4 * 4u)",
        ],
    ),
    ("logps", ["- 2.0 * log_shares", "- log_shares"]),
    ("logits_backward", ["(hit - share)", "(hit - 0.9 * share)"]),
    (
        "matmul_scored",
        ["out[at] = value;", "out[at] = 0.99 * value;"],
    ),
    ("head_gradient", ["select(0.0, 1.0, k < rows)", "1.0"]),
    ("weight_gradient", ["select(0.0, 1.0, k < rows)", "1.0"]),
    (
        "weight_gradient",
        [
            "select(a[k#k * sizes.m4 + r#g], one, is_bias#g)",
            "a[k#k * sizes.m4 + r#g]",
        ],
    ),
    (
        "gather_backward",
        ["entry < end;", "entry < min(end, plan[starts] + 1u);"],
    ),
    ("layer_norm_backward", ["- normed[at + c] * slope", ""]),
    (
        "layer_norm_backward",
        ["d_x[begin + c] += change;", "d_x[begin + c] = change;"],
    ),
    (
        "matmul_slope",
        ["value * slope[at]", "value * (0.5 + slope[at])"],
    ),
    ("matmul", ["out[at] = value;", "out[at] = 0.99 * value;"]),
    ("layer_norm_gradient", ["bias += d;", "bias += 0.99 * d;"]),
    (
        "layer_norm_gradient",
        ["index / 2u * sizes.block_behind", "0u * sizes.block_behind"],
    ),
    ("embed_backward", ["entry < sizes.known", "false"]),
    (
        "embed_backward",
        ["use_of < end;", "use_of < min(end, plan[starts] + 1u);"],
    ),
    ("keep", ["(row * 3u + 1u)", "(row * 3u)"]),
    ("keep", ["- plan[seen + 1u]", ""]),
    ("attention_cached", ["cache[at + HEADS * E4]", "cache[at]"]),
    (
        "attention_cached",
        ["prefix + j, j < prefix_len", "j, j < prefix_len"],
    ),
    ("draw", ["logit - most - log_shares", "logit - most"]),
    (
        "draw",
        ["plan[plan[LOGITS_ROWS] + row]", "plan[plan[LOGITS_ROWS]]"],
    ),
    ("draw", ["plan[plan[POSITIONS] + row] += 1u;", ""]),
    (
        "draw",
        [
            "plan[plan[DRAWN] + row] * plan[ROWS] + row]);",
            "plan[plan[DRAWN] + row] * plan[ROWS]]);",
        ],
    ),
    (
        "draw",
        [
            "known[row * words_of_known() + id / 32u] |= 1u << (id % 32u);",
            "",
        ],
    ),
    ("draw", ["logit / sizes.penalty", "logit"]),
    ("draw", ["/ sizes.temperature", ""]),
    ("draw", ["f32(sizes.top_k), true", "f32(sizes.vocab), true"]),
    ("draw", ["sizes.top_p * all", "all"]),
    ("draw", ["sizes.min_p * most", "0.0 * most"]),
    (
        "draw_together",
        ["shares[lane] += shares[lane + half];", ""],
    ),
    (
        "draw_together",
        ["least[lane] = min(least[lane], least[lane + half]);", ""],
    ),
    ("draw_together", ["left -= share;", ""]),
    (
        "draw_together",
        ["max(shares[lane], shares[lane + half])", "shares[lane]"],
    ),
    (
        "transpose",
        ["out[to + rows4] = tile[1];", "out[to + rows4] = tile[0];"],
    ),
    ("squares", ["i += sizes.parts", "i += 2u * sizes.parts"]),
    ("norm", ["sqrt(sum)", "sum"]),
    ("adamw", ["first[i] = m;", ""]),
    ("adamw", ["second[i] = v;", ""]),
    (
        "adamw",
        [
            "vec4<f32>(bits & vec4<u32>(1u)) * factors[7]",
            "vec4<f32>()",
        ],
    ),
    ("adamw", ["min(1.0, factors[8] / (norm[0] + 1e-6))", "1.0"]),
];

/// How far the draws of the answers are from another token, at the nearest: in shares of all
/// probability, or of the largest one.
fn nearest(is_tied: bool) -> f64 {
    let config = config(is_tied);
    let numbers = weights(&Layout::of(&config), &config);
    let arena = Tensor::<1>::from_data(numbers.as_slice(), &Device::flex());
    let model = Model::new(config, None, &Device::flex());
    let mut nearest = f64::INFINITY;
    for (_, pick) in picks() {
        let answers = block_on(generate(
            &model,
            &arena,
            &prompts(),
            pick,
            ANSWER_TOKENS,
            ANSWERS_SEED,
            0,
        ));
        for (row, (prompt, answer)) in prompts().into_iter().zip(answers.unwrap()).enumerate() {
            let mut random = Random::from_seed_for(ANSWERS_SEED, &format!("row {row}"));
            let mut seen = prompt;
            for id in answer.ids {
                let logits = block_on(next_token_logits(&model, &arena, &seen)).unwrap();
                let off = match pick {
                    Pick::Greedy => to_next(&logits),
                    Pick::Sample(sampling) => {
                        let probs = probabilities(&logits, &seen, &sampling);
                        let before: f64 = probs[..id as usize].iter().sum();
                        let unit = random.unit();
                        let own = (unit - before).min(before + probs[id as usize] - unit);
                        own.min(to_other_filter(&logits, &seen, &sampling))
                    }
                };
                nearest = nearest.min(off);
                seen.push(id);
            }
        }
    }
    nearest
}

/// How far the likeliest token is from the next one.
fn to_next(logits: &[f32]) -> f64 {
    let mut probs = probabilities(logits, &[], &Sampling::default());
    probs.sort_by(|a, b| b.total_cmp(a));
    (probs[0] - probs[1]) / probs[0]
}

/// How far filters are from keeping other tokens.
fn to_other_filter(logits: &[f32], seen: &[u32], sampling: &Sampling) -> f64 {
    let plain = Sampling {
        top_k: None,
        top_p: 1.0,
        min_p: 0.0,
        ..*sampling
    };
    let mut probs = probabilities(logits, seen, &plain);
    probs.sort_by(|a, b| b.total_cmp(a));
    let mut nearest = f64::INFINITY;
    if let Some(k) = sampling.top_k {
        nearest = (probs[k - 1] - probs[k]) / probs[0];
        probs.truncate(k);
    }
    let kept: f64 = probs.iter().sum();
    let mut before = 0.0;
    for probability in &probs {
        before += probability / kept;
        if sampling.top_p < 1.0 {
            nearest = nearest.min((before - sampling.top_p).abs());
        }
        if sampling.min_p > 0.0 {
            nearest = nearest.min((probability / probs[0] - sampling.min_p).abs());
        }
    }
    nearest
}

/// Or a GPU that computes well would be refused by mere rounding.
#[test]
fn no_draw_of_the_answers_is_near_another_token() {
    for is_tied in [true, false] {
        let nearest = nearest(is_tied);
        assert!(nearest > 1e-4, "{nearest:e}");
    }
}

/// The texts that kernels are made of, by file.
fn kernel_files() -> Vec<(String, String)> {
    let own = std::env::var_os("CARGO_MANIFEST_DIR").expect("the test runs under cargo");
    let folder = Path::new(&own).join("src/kernels/gpu/wgsl");
    let files = std::fs::read_dir(folder).expect("the kernels' folder");
    let read = |file: std::io::Result<std::fs::DirEntry>| {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("a kernel's text");
        (path.display().to_string(), text)
    };
    let files: Vec<_> = files.map(read).collect();
    assert!(!files.is_empty());
    files
}

#[test]
#[ignore = "needs a GPU, in software at least"]
fn a_broken_kernel_is_seen_whichever_it_is_on_gpu() {
    let gpu = gpu();
    // Some kernels are for software alone, and some for the rest.
    let on_sort = |is_software: bool| {
        let change = move |own| Traits { is_software, ..own };
        trial::with(change, || block_on(self_test(&gpu)))
    };
    let mut launched = trial::launched(|| on_sort(true).unwrap());
    launched.extend(trial::launched(|| on_sort(false).unwrap()));
    let broken: BTreeSet<&str> = BREAKS.iter().map(|(kernel, _)| *kernel).collect();
    let names: BTreeSet<&str> = launched.keys().copied().collect();
    assert_eq!(names, broken, "what is launched is broken in some way");
    for (file, text) in kernel_files() {
        let is_launched = launched.values().any(|launched| launched.contains(&text));
        assert!(is_launched, "the self-test launches no kernel of {file}");
    }
    for &(kernel, texts) in BREAKS {
        let is_software = kernel != "draw_together";
        let result = trial::with_broken(kernel, texts, || on_sort(is_software));
        assert!(
            matches!(result, Err(Error::Device { .. })),
            "{kernel} with `{}` for `{}` passed",
            texts[1],
            texts[0]
        );
    }
}
