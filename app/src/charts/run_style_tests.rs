use super::*;
use crate::charts::line_data::lines_of_metric;
use crate::charts::logps;
use crate::model::run_record::record_for_tests;
use std::collections::HashSet;
use tilt_protocol::RowKind;
use tilt_protocol::metrics::LOSS;

fn shown(count: usize) -> Vec<RunRecord> {
    let run = |style| RunRecord {
        name: format!("run {style}"),
        style,
        ..record_for_tests()
    };
    (0..count).map(run).collect()
}

#[test]
fn no_two_runs_of_a_full_list_look_alike() {
    for styles in [0..STYLES, STYLES..2 * STYLES] {
        let looks: HashSet<(usize, usize)> = styles
            .map(|style| Look::of_run(style, false))
            .map(|look| (look.hue(), look.marker()))
            .collect();
        assert_eq!(looks.len(), STYLES);
    }
    let marks: HashSet<String> = (0..MARKERS)
        .map(|style| Look::of_run(style, false).mark((0.0, 0.0), 3.0))
        .collect();
    assert_eq!(marks.len(), MARKERS);
}

#[test]
fn a_legend_shows_what_is_drawn() {
    let shown = shown(10);
    let legend = legend(&shown);
    assert_eq!(legend.len(), 10);
    let drawn: Vec<(String, Look)> = lines_of_metric(&shown, LOSS, "loss")
        .into_iter()
        .map(|line| (line.column, line.look))
        .collect();
    assert_eq!(drawn, legend);
    // Each side of the log-probs has every run's policy as in the legend, and dashes mean
    // the reference alone.
    for band in logps::bands(&shown, RowKind::Pairs) {
        let policies: HashSet<Look> = band
            .lines
            .iter()
            .map(|line| line.look)
            .filter(|look| !look.is_reference())
            .collect();
        let expected: HashSet<Look> = legend.iter().map(|(_, look)| *look).collect();
        assert_eq!(policies, expected);
        let references: HashSet<Look> = band
            .lines
            .iter()
            .map(|line| line.look)
            .filter(|look| look.is_reference())
            .collect();
        let expected = expected.into_iter().map(Look::reference).collect();
        assert_eq!(references, expected);
    }
}

/// The values of the style sheet's `--run-N`: light, dark by the system, dark by choice,
/// and forced colours.
fn hues() -> Vec<Vec<String>> {
    let css = include_str!("../../../public/styles/charts.css");
    let declared: Vec<(usize, String)> = css
        .lines()
        .filter_map(|line| line.trim().strip_prefix("--run-"))
        .filter_map(|line| line.trim_end_matches(';').split_once(": "))
        .filter_map(|(hue, value)| Some((hue.parse().ok()?, value.to_owned())))
        .collect();
    let groups: Vec<Vec<String>> = declared
        .chunks(HUES)
        .map(|group| group.iter().map(|(_, value)| value.clone()).collect())
        .collect();
    let numbers: Vec<usize> = declared.iter().map(|(hue, _)| *hue).collect();
    let expected: Vec<usize> = (0..groups.len()).flat_map(|_| 0..HUES).collect();
    assert_eq!(numbers, expected, "each group has all hues, in order");
    groups
}

/// Linear RGB of "#rrggbb".
fn linear(hex: &str) -> [f64; 3] {
    [1, 3, 5].map(|at| {
        let byte = u8::from_str_radix(&hex[at..at + 2], 16).expect("a colour");
        let share = f64::from(byte) / 255.0;
        if share <= 0.04045 {
            share / 12.92
        } else {
            ((share + 0.055) / 1.055).powf(2.4)
        }
    })
}

fn product(matrix: &[[f64; 3]; 3], of: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row.iter().zip(of).map(|(a, b)| a * b).sum())
}

/// Oklab (B. Ottosson, 2020), in which distances are about as large as they look.
fn oklab(rgb: [f64; 3]) -> [f64; 3] {
    let cones = product(
        &[
            [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
            [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
            [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
        ],
        rgb,
    );
    product(
        &[
            [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
            [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
            [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
        ],
        cones.map(|cone| cone.max(0.0).cbrt()),
    )
}

fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| (a - b).powi(2));
    squares.sum::<f64>().sqrt()
}

fn contrast(a: &str, b: &str) -> f64 {
    let luminance = |hex: &str| {
        let [red, green, blue] = linear(hex);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    };
    let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
    (a / b).max(b / a)
}

/// Full protanopia, deuteranopia and tritanopia: Machado, Oliveira and Fernandes, "A
/// Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE TVCG 15
/// (2009), table 1; and plain sight.
const SIGHTS: [[[f64; 3]; 3]; 4] = [
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
];

#[test]
fn hues_are_told_apart_by_every_eye_and_stand_out_from_the_page() {
    let groups = hues();
    assert_eq!(groups.len(), 4);
    // The page's surface in light and dark, with chosen's and rejected's colours.
    let light = ("#fffefb", ["#17599c", "#9c4a06"]);
    let dark = ("#1a1e23", ["#86bbf3", "#f2aa68"]);
    for (hues, (surface, sides)) in groups.iter().zip([light, dark, dark]) {
        for (index, hue) in hues.iter().enumerate() {
            assert!(contrast(hue, surface) >= 3.0, "{hue} on {surface}");
            for side in sides {
                let apart = distance(oklab(linear(hue)), oklab(linear(side)));
                assert!(apart > 0.1, "{hue} and {side}: {apart:.3}");
            }
            for other in &hues[index + 1..] {
                for sight in &SIGHTS {
                    let seen = |hex: &str| {
                        oklab(product(sight, linear(hex)).map(|share| share.clamp(0.0, 1.0)))
                    };
                    let apart = distance(seen(hue), seen(other));
                    assert!(apart > 0.1, "{hue} and {other}: {apart:.3}");
                }
            }
        }
    }
    // In forced colours the system's own.
    assert!(groups[3].iter().all(|value| !value.starts_with('#')));
}
