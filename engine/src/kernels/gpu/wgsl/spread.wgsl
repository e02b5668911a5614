// Numbers put where others say: out[i] = numbers[map[i]], or 0 where the map has none.

struct Sizes {
    count: u32,
}

@group(0) @binding(0) var<storage, read_write> map: array<u32>;
@group(0) @binding(1) var<storage, read_write> numbers: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let i = id.z * groups.x * 64u + id.x;
    if (i >= sizes.count) {
        return;
    }
    let place = map[i];
    out[i] = select(numbers[min(place, arrayLength(&numbers) - 1u)], 0.0, place == 0xffffffffu);
}
