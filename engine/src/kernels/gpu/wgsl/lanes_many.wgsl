// A row of the draw has a workgroup, whose lanes go over a piece of the vocabulary each.

var<workgroup> shares: array<f32, LANES>;
var<workgroup> least: array<u32, LANES>;
var<workgroup> part_lane: u32;
var<workgroup> part_left: f32;

fn row_of(group: u32, place: u32) -> u32 {
    return group;
}

fn lane_of(place: u32) -> u32 {
    return place;
}

// What the first lane says.
fn first_of(lane: u32, own: u32) -> u32 {
    workgroupBarrier();
    least[lane] = own;
    return workgroupUniformLoad(&least[0]);
}

fn least_of(lane: u32, own: u32) -> u32 {
    workgroupBarrier();
    least[lane] = own;
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (lane < half) {
            least[lane] = min(least[lane], least[lane + half]);
        }
    }
    return workgroupUniformLoad(&least[0]);
}

fn most_of(lane: u32, own: f32) -> f32 {
    workgroupBarrier();
    shares[lane] = own;
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (lane < half) {
            shares[lane] = max(shares[lane], shares[lane + half]);
        }
    }
    return workgroupUniformLoad(&shares[0]);
}

fn sum_of(lane: u32, own: f32) -> f32 {
    workgroupBarrier();
    shares[lane] = own;
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (lane < half) {
            shares[lane] += shares[lane + half];
        }
    }
    return workgroupUniformLoad(&shares[0]);
}

// The lane in whose share a point of the sum lies, and how far from its begin; beyond the sum
// it is the last lane that has a share.
fn part_of(lane: u32, own: f32, point: f32) -> Part {
    workgroupBarrier();
    shares[lane] = own;
    workgroupBarrier();
    if (lane == 0u) {
        var left = point;
        for (var other = 0u; other < LANES; other++) {
            let share = shares[other];
            if (share > 0.0) {
                part_lane = other;
                part_left = left;
            }
            if (left < share) {
                break;
            }
            left -= share;
        }
    }
    let found = workgroupUniformLoad(&part_lane);
    return Part(found, workgroupUniformLoad(&part_left));
}
