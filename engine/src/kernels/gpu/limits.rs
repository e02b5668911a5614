//! What a device has room for, asked before anything is launched.
//!
//! A kernel is given whole buffers, of which a device limits the size, and a dispatch has so
//! many workgroups along each side. What can be split is split by these numbers: rows of a
//! batch (`parts.rs`), logits (`head.rs`), transposed weights (`backward.rs`), dispatches over one
//! side (`Fold`). The rest is refused here.

use super::fitted::{Fitted, Reads};
use super::launch::{Gpu, PLAN_WORDS, Tile};
use super::plan::table_entries;
use super::traits::Traits;
use crate::gpt_config::GptConfig;
use crate::kernels::shape::Shape;
use crate::layout::Layout;
use burn::tensor::{Device, Tensor};
use tilt_protocol::{Error, Result};

/// Rows, or columns, that a workgroup of a matmul takes at least.
const LEAST_OF_A_GROUP: usize = 64;

/// Words of the plan for each row, each scored token and each segment, at most.
const WORDS_A_ROW: usize = 16;

/// The largest buffer that a kernel can be given; `None` where only memory limits it.
pub fn most_bytes(arena: &Tensor<1>) -> Option<u64> {
    Some(Gpu::of(arena)?.traits.most_bytes)
}

fn traits_of(device: &Device) -> Option<Traits> {
    let any = Tensor::<1>::from_data([0.0_f32; 4], device);
    Some(Gpu::of(&any)?.traits)
}

/// Checks that a device has room for a model's weights and for what every pass needs beside
/// them.
///
/// # Errors
/// [`Error::InvalidConfig`] with the quantity, what it needs and what there is.
pub fn check_room(config: &GptConfig, device: &Device) -> Result<()> {
    let Some(traits) = traits_of(device) else {
        return Ok(());
    };
    let layout = Layout::of(config);
    let parameters = match layout.len as f64 / 1e6 {
        few if few < 10.0 => format!("{few:.2} million parameters"),
        millions => format!("{millions:.0} million parameters"),
    };
    bytes(traits, &parameters, layout.len)?;
    let fitted = Fitted::new(&Shape::new(config), layout.len, Reads::Logps);
    check_fitted(&fitted, traits)
}

/// What every pass needs, whatever its rows, with the weights as the kernels read them.
pub(super) fn check_fitted(fitted: &Fitted, traits: Traits) -> Result<()> {
    if let Some(len) = fitted.len() {
        bytes(traits, "the weights, filled up to multiples of four", len)?;
    }
    check_shape(&fitted.shape, traits)
}

/// What every pass needs, whatever its rows.
pub(super) fn check_shape(shape: &Shape, traits: Traits) -> Result<()> {
    let row_of_logits = shape.vocab.next_multiple_of(4);
    bytes(traits, "the head, transposed", shape.width * row_of_logits)?;
    let tile = Tile::MOST_ROWS * row_of_logits;
    bytes(traits, "the logits of a few tokens", tile)?;
    let table = PLAN_WORDS.len() + table_entries(shape) + 1;
    bytes(traits, "the table of tokens and positions", table)?;
    let block = |linear: &crate::kernels::shape::Linear| linear.weight.len();
    for slots in &shape.blocks {
        let largest = [&slots.qkv, &slots.attended, &slots.inner, &slots.outer];
        let largest = largest.map(block).into_iter().max().unwrap_or(0);
        bytes(traits, "a matrix, transposed", largest)?;
    }
    let sides = [
        ("the vocabulary", shape.vocab.div_ceil(LEAST_OF_A_GROUP)),
        ("the attention heads", shape.heads),
        ("the LayerNorms", 2 * shape.blocks.len() + 1),
    ];
    for (what, groups) in sides {
        if groups > traits.most_groups {
            let found = format!("{what}, {groups} workgroups along one side of a dispatch");
            return Err(refused(found, format!("at most {}", traits.most_groups)));
        }
    }
    Ok(())
}

/// Rows that a pass can have at once, and scored tokens.
pub fn most_rows(shape: &Shape, traits: Traits) -> usize {
    let inner = shape.blocks.iter().map(|block| block.inner.outputs).max();
    let norms = (2 * shape.blocks.len() + 1) * shape.width;
    let a_row = [norms, inner.unwrap_or(0), 3 * shape.width, WORDS_A_ROW];
    let a_row = a_row.into_iter().max().unwrap_or(1);
    let by_bytes = numbers(traits) / a_row / Tile::MOST_ROWS * Tile::MOST_ROWS;
    by_bytes.min(LEAST_OF_A_GROUP.saturating_mul(traits.most_groups))
}

/// Checks that a device has room for a row of so many tokens.
///
/// # Errors
/// As [`check_room`].
pub fn check_lengths(config: &GptConfig, device: &Device, longest: usize) -> Result<()> {
    let Some(traits) = traits_of(device) else {
        return Ok(());
    };
    let len = Layout::of(config).len;
    let fitted = Fitted::new(&Shape::new(config), len, Reads::Logps);
    check_row(longest, most_rows(&fitted.shape, traits))
}

pub(super) fn check_row(longest: usize, most: usize) -> Result<()> {
    if longest <= most {
        return Ok(());
    }
    let found = format!("a row of {longest} tokens");
    Err(refused(found, format!("at most {most} tokens in a row")))
}

/// f32 that a buffer can hold.
pub(super) fn numbers(traits: Traits) -> usize {
    usize::try_from(traits.most_bytes / 4).unwrap_or(usize::MAX)
}

fn bytes(traits: Traits, what: &str, numbers: usize) -> Result<()> {
    let bytes = 4 * numbers as u64;
    if bytes <= traits.most_bytes {
        return Ok(());
    }
    let megabytes = |bytes: u64| match bytes {
        0..10_000_000 => format!("{:.2} MB", bytes as f64 / 1e6),
        _ => format!("{:.0} MB", bytes as f64 / 1e6),
    };
    let found = format!("{what}, {} in one buffer", megabytes(bytes));
    Err(refused(
        found,
        format!("at most {}", megabytes(traits.most_bytes)),
    ))
}

pub(super) fn refused(found: String, most: String) -> Error {
    let expected = format!("{most} on this GPU; the CPU (?device=cpu) takes more");
    Error::invalid("model", found, expected)
}
