//! A model as the kernels read it. They read numbers four at a time, so heads, widths and inner
//! widths that are no multiples of four are filled up with zeros: the weights are put into an
//! arena of that shape before a pass, and their gradient is taken out of one after it. What a pass
//! does not read (a language model's head beside a scalar one) is left out, and has no gradient.
//!
//! What is filled up stays 0 or meets a weight of 0, so nothing of it reaches a number that
//! counts; LayerNorm alone has to know how many numbers a row really has (`Shape::normed`).

use super::launch::{Buffer, Fold, Gpu, Kernel};
use crate::kernels::shape::{BlockSlots, LayerNormSlots, Linear, Shape};
use std::ops::Range;
use std::rc::Rc;

/// No number lies there.
const NOTHING: u32 = u32::MAX;

/// What is read of the last hidden states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    Logps,
    Scalars,
}

/// A model's shape for the kernels, and how its weights get there.
#[derive(Clone)]
pub struct Fitted {
    pub shape: Shape,
    /// `None` where the kernels read the arena as it is.
    maps: Option<Rc<Maps>>,
}

struct Maps {
    /// For each place of the fitted arena the model's own.
    from: Vec<u32>,
    /// For each place of the model's arena the fitted one.
    to: Vec<u32>,
}

/// Which row or column of a matrix each one of the fitted matrix is.
type Places = Vec<Option<usize>>;

impl Fitted {
    /// `shape` is the model's own, whose arena has `len` numbers.
    pub fn new(shape: &Shape, len: usize, reads: Reads) -> Fitted {
        if is_fit(shape, reads) {
            return Fitted {
                shape: shape.clone(),
                maps: None,
            };
        }
        let mut fitting = Fitting::of(shape);
        let fitted = fitting.shape(reads);
        let mut to = vec![NOTHING; len];
        for (place, &from) in fitting.from.iter().enumerate() {
            if from != NOTHING {
                to[from as usize] = place as u32;
            }
        }
        let maps = Maps {
            from: fitting.from,
            to,
        };
        Fitted {
            shape: fitted,
            maps: Some(Rc::new(maps)),
        }
    }

    /// Numbers of the arena that the kernels read, where it is not the model's own.
    pub fn len(&self) -> Option<usize> {
        self.maps.as_ref().map(|maps| maps.from.len())
    }

    /// The weights as the kernels read them.
    pub fn weights(&self, gpu: &Gpu, arena: Buffer) -> Buffer {
        match &self.maps {
            None => arena,
            Some(maps) => spread(gpu, &maps.from, &arena),
        }
    }

    /// A gradient of the fitted arena as one of the model's.
    pub fn gradient(&self, gpu: &Gpu, gradient: Buffer) -> Buffer {
        match &self.maps {
            None => gradient,
            Some(maps) => spread(gpu, &maps.to, &gradient),
        }
    }
}

/// Whether the kernels read the model's own arena.
fn is_fit(shape: &Shape, reads: Reads) -> bool {
    let size = shape.width / shape.heads.max(1);
    let in_vec4s = |block: &BlockSlots| block.inner.outputs.is_multiple_of(4);
    let is_head_read = match reads {
        Reads::Logps => shape.score.is_none(),
        Reads::Scalars => shape.head == shape.tokens,
    };
    size.is_multiple_of(4) && shape.blocks.iter().all(in_vec4s) && is_head_read
}

fn spread(gpu: &Gpu, map: &[u32], numbers: &Buffer) -> Buffer {
    let out = gpu.room(map.len());
    let map_on_device = gpu.upload_words(map.iter().copied());
    gpu.launch(
        Kernel::new("spread", &[include_str!("wgsl/spread.wgsl")]).folding(Fold::X),
        [map.len().div_ceil(64), 1],
        &[&map_on_device, numbers, &out],
        &[map.len() as u32],
    );
    out
}

/// The fitted arena as it grows, in the order that the kernels rely on.
struct Fitting<'a> {
    own: &'a Shape,
    from: Vec<u32>,
    /// Of the residual stream, and of what attention gathers.
    residual: Places,
    attended: Places,
}

impl Fitting<'_> {
    fn of(own: &Shape) -> Fitting<'_> {
        let size = own.width / own.heads.max(1);
        let fitted_size = size.next_multiple_of(4);
        let of_head =
            |head: usize| (0..fitted_size).map(move |k| (k < size).then_some(head * size + k));
        let attended: Places = (0..own.heads).flat_map(of_head).collect();
        Fitting {
            own,
            from: Vec::new(),
            residual: filled(own.width, attended.len()),
            attended,
        }
    }

    fn shape(&mut self, reads: Reads) -> Shape {
        let own = self.own;
        let whole = |range: &Range<usize>| filled(range.len() / own.width, range.len() / own.width);
        let residual = self.residual.clone();
        let tokens = self.matrix(&own.tokens, &whole(&own.tokens), &residual);
        let positions = self.matrix(&own.positions, &whole(&own.positions), &residual);
        let blocks = own.blocks.iter().map(|block| self.block(block)).collect();
        let last = self.layer_norm(&own.last);
        let head = match reads {
            Reads::Logps if own.head != own.tokens => {
                self.matrix(&own.head, &whole(&own.head), &residual)
            }
            _ => tokens.clone(),
        };
        let score = match reads {
            Reads::Logps => None,
            Reads::Scalars => own.score.as_ref().map(|score| self.row(score, &residual)),
        };
        Shape {
            width: residual.len(),
            normed: own.width,
            tokens,
            head,
            positions,
            blocks,
            last,
            score,
            ..own.clone()
        }
    }

    fn block(&mut self, block: &BlockSlots) -> BlockSlots {
        let (residual, attended) = (self.residual.clone(), self.attended.clone());
        let width = self.own.width;
        let third = |part: usize| {
            let places = attended.iter();
            places.map(move |place| place.map(|place| part * width + place))
        };
        let qkv: Places = (0..3).flat_map(third).collect();
        let inner = block.inner.outputs;
        let inner = filled(inner, inner.next_multiple_of(4));
        BlockSlots {
            attention_scale: block.attention_scale,
            before_attention: self.layer_norm(&block.before_attention),
            qkv: self.linear(&block.qkv, &residual, &qkv),
            attended: self.linear(&block.attended, &attended, &residual),
            before_mlp: self.layer_norm(&block.before_mlp),
            inner: self.linear(&block.inner, &residual, &inner),
            outer: self.linear(&block.outer, &inner, &residual),
        }
    }

    fn layer_norm(&mut self, slots: &LayerNormSlots) -> LayerNormSlots {
        let residual = self.residual.clone();
        LayerNormSlots {
            gain: self.row(&slots.gain, &residual),
            bias: self.row(&slots.bias, &residual),
        }
    }

    fn linear(&mut self, linear: &Linear, rows: &Places, columns: &Places) -> Linear {
        Linear {
            inputs: rows.len(),
            outputs: columns.len(),
            weight: self.matrix_of(&linear.weight, linear.outputs, rows, columns),
            bias: self.row(&linear.bias, columns),
        }
    }

    fn row(&mut self, source: &Range<usize>, columns: &Places) -> Range<usize> {
        self.matrix_of(source, source.len(), &vec![Some(0)], columns)
    }

    /// Of rows as wide as the model.
    fn matrix(&mut self, source: &Range<usize>, rows: &Places, columns: &Places) -> Range<usize> {
        self.matrix_of(source, self.own.width, rows, columns)
    }

    fn matrix_of(
        &mut self,
        source: &Range<usize>,
        width: usize,
        rows: &Places,
        columns: &Places,
    ) -> Range<usize> {
        let start = self.from.len();
        for row in rows {
            self.from.extend(columns.iter().map(|column| {
                let place = row.zip(*column);
                place.map_or(NOTHING, |(row, column)| {
                    (source.start + row * width + column) as u32
                })
            }));
        }
        start..self.from.len()
    }
}

/// `count` places, filled up to `fitted`.
fn filled(count: usize, fitted: usize) -> Places {
    (0..fitted)
        .map(|place| (place < count).then_some(place))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpt_config::GptConfig;
    use crate::layout::Layout;

    #[test]
    fn every_parameter_has_one_place_and_none_is_lost() {
        for (width, heads, inner, is_tied, has_score) in [
            (21, 3, 84, true, false),
            (1, 1, 4, true, false),
            (24, 3, 50, false, false),
            (24, 3, 96, false, true),
            (10, 5, 7, true, true),
        ] {
            let mut config = GptConfig::new(37, 12, width, 2, heads);
            config.n_inner = inner;
            config.is_tied = is_tied;
            config.has_score_head = has_score;
            let (own, len) = (Shape::new(&config), Layout::of(&config).len);
            for reads in [Reads::Logps, Reads::Scalars] {
                if reads == Reads::Scalars && !has_score {
                    continue;
                }
                let fitted = Fitted::new(&own, len, reads);
                let Some(maps) = &fitted.maps else {
                    panic!("{width} {heads} {inner} {reads:?}");
                };
                let shape = &fitted.shape;
                assert!(is_fit(shape, reads), "{shape:?}");
                assert!(shape.width.is_multiple_of(4) && shape.normed == width);
                let left_out = maps.to.iter().filter(|place| **place == NOTHING).count();
                let expected = match reads {
                    Reads::Logps => own.score.as_ref().map_or(0, Range::len),
                    Reads::Scalars if is_tied => 0,
                    Reads::Scalars => own.head.len(),
                };
                assert_eq!(left_out, expected, "{width} {heads} {inner} {reads:?}");
                for (own_place, &place) in maps.to.iter().enumerate() {
                    if place != NOTHING {
                        assert_eq!(maps.from[place as usize] as usize, own_place);
                    }
                }
                // Positions follow tokens, and a bias its weight: kernels rely on both.
                assert_eq!(shape.positions.start, shape.tokens.end);
                for block in &shape.blocks {
                    assert_eq!(block.qkv.bias.start, block.qkv.weight.end);
                    assert_eq!(block.before_mlp.bias.start, block.before_mlp.gain.end);
                }
            }
        }
    }

    #[test]
    fn what_fits_is_read_where_it_lies() {
        let config = GptConfig::new(37, 12, 24, 2, 3);
        let (own, len) = (Shape::new(&config), Layout::of(&config).len);
        assert!(Fitted::new(&own, len, Reads::Logps).len().is_none());
    }
}
