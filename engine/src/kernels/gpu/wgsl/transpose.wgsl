// Several matrices of the arena transposed at once, a thread a 4 by 4 tile. The result's
// rows are whole vec4s; what is beyond the matrix in them is 0.

struct Matrix {
    // In numbers.
    begin: u32,
    rows: u32,
    columns: u32,
    to: u32,
}

struct Sizes {
    matrices: array<Matrix, MATRICES>,
}

@group(0) @binding(0) var<storage, read_write> arena: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4<f32>>;

fn row_of(matrix: Matrix, row: u32, c4: u32) -> vec4<f32> {
    let at = (matrix.begin + min(row, matrix.rows - 1u) * matrix.columns) / 4u + c4;
    return select(vec4<f32>(), arena[at], vec4<bool>(row < matrix.rows));
}

@compute @workgroup_size(64)
fn main(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let matrix = sizes.matrices[id.y];
    let across = matrix.columns / 4u;
    let tile_at = id.z * groups.x * 64u + id.x;
    let r4 = tile_at / across;
    let c4 = tile_at % across;
    let rows4 = (matrix.rows + 3u) / 4u;
    if (r4 >= rows4) {
        return;
    }
    let tile = transpose(mat4x4<f32>(
        row_of(matrix, 4u * r4, c4),
        row_of(matrix, 4u * r4 + 1u, c4),
        row_of(matrix, 4u * r4 + 2u, c4),
        row_of(matrix, 4u * r4 + 3u, c4),
    ));
    let to = matrix.to / 4u + 4u * c4 * rows4 + r4;
    out[to] = tile[0];
    out[to + rows4] = tile[1];
    out[to + 2u * rows4] = tile[2];
    out[to + 3u * rows4] = tile[3];
}
