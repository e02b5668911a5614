//! Memory on the device, and kernels launched over it.

use super::traits::{self, Traits};
use burn::backend::{BackendTensor, DispatchTensor, DispatchTensorKind};
use burn::tensor::{DType, Shape, Tensor};
use burn_wgpu::{CubeDim, CubeTensor, KernelSource, SourceKernel, SourceTemplate};
use cubecl::CubeCount;
use cubecl::client::Client;
use cubecl::prelude::KernelId;
use cubecl::server::{Handle, KernelArguments, MetadataBindingInfo};
use std::fmt::Write;

/// Values in the device's memory.
#[derive(Clone, Debug)]
pub struct Buffer(Handle);

/// A device that runs WGSL.
pub struct Gpu {
    client: Client,
    /// Any tensor of the device: what new ones are made like.
    like: DispatchTensor,
    pub traits: Traits,
}

/// What a thread of a matmul computes, and how many threads are side by side.
#[derive(Clone, Copy, Debug)]
pub struct Tile {
    /// A multiple of four.
    pub rows: usize,
    /// In vec4.
    pub columns: usize,
    pub threads: usize,
}

impl Tile {
    /// Of a product with a weight, of so many rows: software computes all rows of a tile, and the
    /// last answers of a sampling are few.
    pub fn of_product(traits: Traits, rows: usize) -> Tile {
        let in_software = if rows <= 16 { 16 } else { 32 };
        Tile::new(traits, in_software, 8)
    }

    /// Of a weight's gradient.
    pub fn of_gradient(traits: Traits) -> Tile {
        Tile::new(traits, 16, 8)
    }

    /// With so many rows in software, and so many on a GPU: software has no registers to run
    /// out of, and each load costs it much.
    fn new(traits: Traits, in_software: usize, on_gpu: usize) -> Tile {
        let (rows, columns, threads) = match traits.is_software {
            true => (in_software, 4, 4),
            false => (on_gpu, 2, 8),
        };
        Tile {
            rows,
            columns,
            threads,
        }
    }

    /// The largest of all tiles' rows: results have room for so many more.
    pub const MOST_ROWS: usize = 32;

    pub fn kernel(self, name: &'static str, texts: &'static [&'static str]) -> Kernel {
        Kernel {
            constants: vec![
                ("R", self.rows),
                ("C", self.columns),
                ("THREADS", self.threads),
            ],
            repeats: vec![
                ('r', self.rows),
                ('g', self.rows / 4),
                ('k', 4),
                ('c', self.columns),
            ],
            ..Kernel::new(name, texts)
        }
    }

    /// Workgroups for a result of so many rows and columns.
    pub fn groups(self, rows: usize, columns: usize) -> [usize; 2] {
        let Tile {
            rows: r,
            columns: c,
            threads,
        } = self;
        [
            columns.div_ceil(4 * c * threads),
            rows.div_ceil(r * threads),
        ]
    }
}

/// A kernel: texts that are put together, and what is constant in them.
#[derive(Clone, Debug)]
pub struct Kernel {
    pub name: &'static str,
    pub texts: &'static [&'static str],
    pub constants: Vec<(&'static str, usize)>,
    /// How often a line is said: one with `#r` once for each number below that of `'r'`, with
    /// the number in its place. So loops over registers are written out, of which there are
    /// no arrays.
    pub repeats: Vec<(char, usize)>,
    pub folds: Fold,
}

/// Which side of a dispatch goes on along z where it has more workgroups than a device takes.
/// The kernel's text puts the two together again, by `num_workgroups`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    None,
    X,
    Y,
}

impl Fold {
    /// Workgroups along x, y and z, at most so many each; `None` where it cannot be.
    pub fn groups(self, [x, y]: [usize; 2], most: usize) -> Option<[u32; 3]> {
        let most = most.max(1);
        let along_z = |count: usize| {
            let z = count.div_ceil(most).max(1);
            (count.div_ceil(z), z)
        };
        let [x, y, z] = match self {
            Fold::None => [x, y, 1],
            Fold::X => {
                let (x, z) = along_z(x);
                [x, y, z]
            }
            Fold::Y => {
                let (y, z) = along_z(y);
                [x, y, z]
            }
        };
        let groups = [x, y, z];
        let fits = groups.iter().all(|&count| count <= most);
        fits.then_some(groups.map(|count| count as u32))
    }
}

/// A shader's whole text, with its name and constants to know it by.
struct ShaderSource {
    kernel: Kernel,
    buffers: usize,
    /// A text that a test breaks the kernel by, and what stands in its place.
    broken: Option<[&'static str; 2]>,
}

/// Words that begin a plan, by what they say or where: see `plan.rs`.
pub const PLAN_WORDS: [&str; 14] = [
    "ROWS",
    "SCORED",
    "ROOM",
    "TOKENS",
    "POSITIONS",
    "SEEN",
    "SEGMENTS",
    "RANGES",
    "TARGETS",
    "SCORED_ROWS",
    "BY_ROW",
    "BY_ROW_TOKENS",
    "TABLE",
    "TABLE_ROWS",
];

/// Writes a line as often as its marks want.
fn repeat(line: &str, repeats: &[(char, usize)], text: &mut String) {
    let marked = repeats.iter().find_map(|&(mark, count)| {
        let mark = format!("#{mark}");
        line.contains(&mark).then_some((mark, count))
    });
    match marked {
        Some((mark, count)) => {
            for number in 0..count {
                repeat(&line.replace(&mark, &number.to_string()), repeats, text);
            }
        }
        None => {
            text.push_str(line);
            text.push('\n');
        }
    }
}

impl KernelSource for ShaderSource {
    fn source(&self) -> SourceTemplate {
        let mut text = String::new();
        for (name, value) in &self.kernel.constants {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "const {name} = {value}u;");
        }
        if self.kernel.texts.iter().any(|text| text.contains("plan[")) {
            for (index, word) in PLAN_WORDS.iter().enumerate() {
                let _ = writeln!(text, "const {word} = {index}u;");
            }
            text.push_str("@group(0) @binding(0) var<storage, read_write> plan: array<u32>;\n");
        }
        let binding = self.buffers;
        let _ = writeln!(
            text,
            "@group(0) @binding({binding}) var<uniform> sizes: Sizes;"
        );
        for lines in self.kernel.texts {
            let lines = match self.broken {
                Some([from, to]) => lines.replace(from, to),
                None => (*lines).to_owned(),
            };
            for line in lines.lines() {
                repeat(line, &self.kernel.repeats, &mut text);
            }
        }
        SourceTemplate::new(text)
    }

    fn id(&self) -> KernelId {
        let kernel = &self.kernel;
        let (constants, repeats) = (kernel.constants.clone(), kernel.repeats.clone());
        KernelId::new::<ShaderSource>().info((kernel.name, constants, repeats, self.broken))
    }

    fn lang(&self) -> &'static str {
        "wgsl"
    }
}

impl Gpu {
    /// The device of a tensor; `None` where it is no GPU.
    pub fn of(tensor: &Tensor<1>) -> Option<Gpu> {
        let like = tensor.clone().into_dispatch();
        let DispatchTensorKind::Cube(BackendTensor::Float(cube)) = &like.kind else {
            return None;
        };
        let traits = Traits::of(&cube.client);
        Some(Gpu {
            client: cube.client.clone(),
            like,
            traits,
        })
    }

    /// The numbers of a tensor; `None` where they do not lie one after another. A part of a
    /// larger tensor lies where the device can bind it: burn copies any other.
    pub fn buffer(&self, tensor: &Tensor<1>) -> Option<Buffer> {
        match tensor.clone().into_dispatch().kind {
            DispatchTensorKind::Cube(BackendTensor::Float(cube))
                if cube.is_contiguous() && cube.dtype == DType::F32 =>
            {
                Some(Buffer(cube.handle))
            }
            _ => None,
        }
    }

    /// As [`Gpu::buffer`], to be changed where they lie: another tensor that has the same
    /// memory keeps it, and this one gets a copy. `meanwhile` is any tensor of the device.
    pub fn own(&self, tensor: &mut Tensor<1>, meanwhile: &Tensor<1>) -> Option<Buffer> {
        // Only a tensor that is not held twice can be told from one that is shared.
        let mut taken = std::mem::replace(tensor, meanwhile.clone()).into_dispatch();
        if let DispatchTensorKind::Cube(BackendTensor::Float(cube)) = &mut taken.kind
            && !cube.can_mut()
        {
            *cube = cube.copy();
        }
        *tensor = Tensor::from_dispatch(taken);
        self.buffer(tensor)
    }

    /// Room for so many numbers, with anything in it.
    pub fn room(&self, numbers: usize) -> Buffer {
        Buffer(self.client.empty(numbers.max(4) * size_of::<f32>()))
    }

    pub fn upload(&self, numbers: &[f32]) -> Buffer {
        self.upload_words(numbers.iter().map(|number| number.to_bits()))
    }

    pub fn upload_words(&self, words: impl Iterator<Item = u32>) -> Buffer {
        let mut bytes: Vec<u8> = words.flat_map(u32::to_le_bytes).collect();
        bytes.resize(bytes.len().max(16), 0);
        Buffer(self.client.create_from_slice(&bytes))
    }

    /// `[len]`
    pub fn tensor(&self, buffer: &Buffer, len: usize) -> Tensor<1> {
        let mut tensor = self.like.clone();
        if let DispatchTensorKind::Cube(BackendTensor::Float(cube)) = &mut tensor.kind {
            *cube = CubeTensor::new_contiguous(
                self.client.clone(),
                cube.device.clone(),
                Shape::new([len]),
                buffer.0.clone(),
                DType::F32,
            );
        }
        Tensor::from_dispatch(tensor)
    }

    /// Runs a kernel over so many workgroups. Its bindings are `buffers` in their order, then
    /// `sizes` as a uniform: the same sizes are uploaded once, so what changes from step to
    /// step belongs in a buffer. That the device takes so many workgroups was checked before
    /// (`limits.rs`).
    pub fn launch(&self, kernel: Kernel, groups: [usize; 2], buffers: &[&Buffer], sizes: &[u32]) {
        let folded = kernel.folds.groups(groups, self.traits.most_groups);
        debug_assert!(folded.is_some(), "{}: {groups:?}", kernel.name);
        let [x, y, z] = folded.unwrap_or_else(|| {
            let [x, y] = groups.map(|count| count as u32);
            [x, y, 1]
        });
        let source = ShaderSource {
            broken: traits::broken(kernel.name, kernel.texts),
            kernel,
            buffers: buffers.len(),
        };
        let mut arguments = KernelArguments::new();
        for buffer in buffers {
            arguments = arguments.with_buffer(buffer.0.clone().binding());
        }
        // A uniform's size is a multiple of 16 bytes.
        let mut sizes = sizes.to_vec();
        sizes.resize(sizes.len().next_multiple_of(4), 0);
        let words = sizes
            .chunks_exact(2)
            .map(|two| u64::from(two[0]) | u64::from(two[1]) << 32)
            .collect();
        arguments.info = MetadataBindingInfo::custom(words);
        // The shader says its workgroups' size itself; this only has to be one the device has.
        let kernel = SourceKernel::new(source, CubeDim::new_1d(1));
        let count = CubeCount::Static(x, y, z);
        self.client.launch(Box::new(kernel), count, arguments);
    }
}

impl Kernel {
    pub fn new(name: &'static str, texts: &'static [&'static str]) -> Kernel {
        Kernel {
            name,
            texts,
            constants: Vec::new(),
            repeats: Vec::new(),
            folds: Fold::None,
        }
    }

    pub fn folding(self, folds: Fold) -> Kernel {
        Kernel { folds, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_many_along_one_side_goes_on_along_z() {
        assert_eq!(Fold::Y.groups([3, 8], 8), Some([3, 8, 1]));
        assert_eq!(Fold::Y.groups([3, 9], 8), Some([3, 5, 2]));
        assert_eq!(Fold::X.groups([100, 2], 16), Some([15, 2, 7]));
        // Not along that side, or more than all three hold.
        assert_eq!(Fold::Y.groups([9, 1], 8), None);
        assert_eq!(Fold::None.groups([1, 9], 8), None);
        assert_eq!(Fold::Y.groups([1, 65], 8), None);
        // Every workgroup is there at least once.
        for count in 1..600 {
            let [x, y, z] = Fold::Y.groups([1, count], 25).unwrap_or_default();
            assert!(
                x == 1 && (y * z) as usize >= count && y <= 25 && z <= 25,
                "{count}"
            );
        }
    }
}
