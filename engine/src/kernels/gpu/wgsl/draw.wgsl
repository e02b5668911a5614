// One token a row out of its logits: repetition penalty, temperature, top-k, top-p and min-p in
// that order, then the token at which the sum of the weights passes the row's random number.
// Nothing is sorted: what a filter keeps is all that weighs more than some weight, and of those
// that weigh just that the first few; the weight is searched for by halves, over its bits.
// Before it comes how many lanes a row has.

struct Sizes {
    vocab: u32,
    // Of a row of logits, in vec4.
    v4: u32,
    // The first row that draws, and how many at most.
    first: u32,
    most: u32,
    // 1 where logits are those of prompts, which rows share.
    of_prompts: u32,
    // 1 to take the likeliest.
    is_greedy: u32,
    // 0 keeps all.
    top_k: u32,
    top_p: f32,
    min_p: f32,
    temperature: f32,
    // Divides, or multiplies, the logits of what stands there already; 1 leaves them.
    penalty: f32,
}

// A lane and how far a point lies in its share.
struct Part {
    lane: u32,
    left: f32,
}

// The bits of the least weight that stays, and the first id that does not of those with it.
struct Cut {
    bits: u32,
    bound: u32,
}

// The vec4s of a row that a lane goes over, and where the row begins.
struct Piece {
    lane: u32,
    at: u32,
    begin: u32,
    end: u32,
}

// By their bits, since a compiler may take it that numbers are finite.
@group(0) @binding(1) var<storage, read_write> logits: array<vec4<u32>>;
// Probabilities but for their sum, a row each.
@group(0) @binding(2) var<storage, read_write> weights: array<vec4<f32>>;
// A bit for each id, whether it stands in the row already: with a penalty alone.
@group(0) @binding(3) var<storage, read_write> known: array<u32>;
// Of each draw of each row the id and the bits of its log-prob.
@group(0) @binding(4) var<storage, read_write> drawn: array<vec2<u32>>;

const NONE = 0xffffffffu;

fn total(v: vec4<f32>) -> f32 {
    return v.x + v.y + v.z + v.w;
}

fn largest(v: vec4<f32>) -> f32 {
    return max(max(v.x, v.y), max(v.z, v.w));
}

fn ids(c: u32) -> vec4<u32> {
    return vec4<u32>(4u * c) + vec4<u32>(0u, 1u, 2u, 3u);
}

// The first id of those that are marked.
fn first_id(c: u32, marked: vec4<bool>) -> u32 {
    let of_marked = select(vec4<u32>(NONE), ids(c), marked);
    return min(min(of_marked.x, of_marked.y), min(of_marked.z, of_marked.w));
}

fn words_of_known() -> u32 {
    return (sizes.vocab + 31u) / 32u;
}

fn penalised(row: u32, c: u32, logit: vec4<f32>) -> vec4<f32> {
    if (sizes.penalty == 1.0) {
        return logit;
    }
    let word = known[row * words_of_known() + c / 8u] >> (4u * (c % 8u));
    let is_known = (vec4<u32>(word) & vec4<u32>(1u, 2u, 4u, 8u)) != vec4<u32>();
    let changed = select(logit * sizes.penalty, logit / sizes.penalty, logit > vec4<f32>());
    return select(logit, changed, is_known);
}

// Of what weighs more than some bits how much it weighs together, or how many it is.
fn above(piece: Piece, bits: u32, counts: bool) -> f32 {
    var sum = vec4<f32>();
    for (var c = piece.begin; c < piece.end; c++) {
        let weight = weights[piece.at + c];
        let own = select(weight, vec4<f32>(1.0), counts);
        sum += select(vec4<f32>(), own, bitcast<vec4<u32>>(weight) > vec4<u32>(bits));
    }
    return sum_of(piece.lane, total(sum));
}

// How many ids below a bound weigh just that.
fn equals(piece: Piece, bits: u32, bound: u32) -> f32 {
    var sum = vec4<f32>();
    for (var c = piece.begin; c < piece.end; c++) {
        let is_equal = bitcast<vec4<u32>>(weights[piece.at + c]) == vec4<u32>(bits);
        let is_before = ids(c) < vec4<u32>(bound);
        sum += select(vec4<f32>(), vec4<f32>(1.0), is_equal & is_before);
    }
    return sum_of(piece.lane, total(sum));
}

// Keeps the likeliest until they are so many, or weigh so much, together; the first stays.
// `most` are the bits of the largest weight.
fn cut_at(piece: Piece, most: u32, goal: f32, counts: bool) -> Cut {
    if (above(piece, 0u, counts) < goal) {
        return Cut(0u, 0u);
    }
    var low = 0u;
    var high = most;
    while (high - low > 1u) {
        let middle = low + (high - low) / 2u;
        if (above(piece, middle, counts) < goal) {
            high = middle;
        } else {
            low = middle;
        }
    }
    let each = select(bitcast<f32>(high), 1.0, counts);
    let wanted = max(ceil((goal - above(piece, high, counts)) / each), 1.0);
    var first = 0u;
    var bound = sizes.vocab;
    if (equals(piece, high, bound) > wanted) {
        while (bound - first > 1u) {
            let middle = first + (bound - first) / 2u;
            if (equals(piece, high, middle) < wanted) {
                first = middle;
            } else {
                bound = middle;
            }
        }
    }
    return Cut(high, bound);
}

// What keeps the fewer of two.
fn tighter(a: Cut, b: Cut) -> Cut {
    let is_first = a.bits > b.bits || (a.bits == b.bits && a.bound < b.bound);
    return Cut(select(b.bits, a.bits, is_first), select(b.bound, a.bound, is_first));
}

// The weights that stay.
fn kept(piece: Piece, c: u32, cut: Cut) -> vec4<f32> {
    let weight = weights[piece.at + c];
    let bits = bitcast<vec4<u32>>(weight);
    let is_first = (bits == vec4<u32>(cut.bits)) & (ids(c) < vec4<u32>(cut.bound));
    return select(vec4<f32>(), weight, (bits > vec4<u32>(cut.bits)) | is_first);
}

fn sum_of_kept(piece: Piece, cut: Cut) -> f32 {
    var sum = vec4<f32>();
    for (var c = piece.begin; c < piece.end; c++) {
        sum += kept(piece, c, cut);
    }
    return total(sum);
}

// What stays of the weights, of which `most` is the largest.
fn filtered(piece: Piece, most: f32) -> Cut {
    var cut = Cut(0u, 0u);
    if (sizes.top_k > 0u) {
        cut = cut_at(piece, bitcast<u32>(most), f32(sizes.top_k), true);
    }
    if (sizes.top_p < 1.0) {
        let all = sum_of(piece.lane, sum_of_kept(piece, cut));
        let nucleus = cut_at(piece, bitcast<u32>(most), sizes.top_p * all, false);
        cut = tighter(nucleus, cut);
    }
    let least = sizes.min_p * most;
    if (least > 0.0) {
        cut = tighter(Cut(bitcast<u32>(least) - 1u, 0u), cut);
    }
    return cut;
}

// The id of a lane's piece at which the sum of what stays passes a point.
fn id_at(piece: Piece, cut: Cut, point: f32) -> u32 {
    var left = point;
    var last = 0u;
    for (var c = piece.begin; c < piece.end; c++) {
        let weight = kept(piece, c, cut);
        let x = weight.x;
        let y = x + weight.y;
        let z = y + weight.z;
        let w = z + weight.w;
        if (left < w) {
            let of_last = select(3u, 2u, left < z);
            let of_first = select(1u, 0u, left < x);
            return 4u * c + select(of_last, of_first, left < y);
        }
        left -= w;
        if (w > 0.0) {
            let of_first = select(0u, 1u, weight.y > 0.0);
            let of_last = select(2u, 3u, weight.w > 0.0);
            last = 4u * c + select(of_first, of_last, weight.z + weight.w > 0.0);
        }
    }
    // Rounding only gets here.
    return last;
}

// Keeps what a row has drawn and what it reads next.
fn keep(row: u32, id: u32, logp: f32) {
    let draws = plan[DRAWN] + row;
    drawn[plan[draws] * plan[ROWS] + row] = vec2<u32>(id, bitcast<u32>(logp));
    plan[draws] += 1u;
    let left = plan[plan[LEFT] + row] - 1u;
    plan[plan[LEFT] + row] = left;
    if (left > 0u) {
        plan[plan[TOKENS] + row] = id;
        plan[plan[POSITIONS] + row] += 1u;
        if (sizes.penalty != 1.0) {
            known[row * words_of_known() + id / 32u] |= 1u << (id % 32u);
        }
    }
}

@compute @workgroup_size(GROUP)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) place: u32,
) {
    let lane = lane_of(place);
    let of_launch = row_of(group.x, place);
    let row = sizes.first + of_launch;
    var left = 0u;
    if (of_launch < sizes.most && row < plan[ROWS]) {
        left = plan[plan[LEFT] + row];
    }
    if (first_of(lane, left) == 0u) {
        return;
    }
    var logits_row = row;
    if (sizes.of_prompts == 1u) {
        logits_row = plan[plan[LOGITS_ROWS] + row];
    }
    let at = logits_row * sizes.v4;
    let each = (sizes.v4 + LANES - 1u) / LANES;
    let begin = min(lane * each, sizes.v4);
    let piece = Piece(lane, row * sizes.v4, begin, min(begin + each, sizes.v4));

    var off = NONE;
    var most4 = vec4<f32>(-3.0e38);
    var most4_after = vec4<f32>(-3.0e38);
    for (var c = piece.begin; c < piece.end; c++) {
        let bits = logits[at + c];
        let is_there = ids(c) < vec4<u32>(sizes.vocab);
        let is_off = (bits & vec4<u32>(0x7f800000u)) == vec4<u32>(0x7f800000u);
        off = min(off, first_id(c, is_off & is_there));
        let logit = bitcast<vec4<f32>>(bits);
        most4 = select(most4, max(most4, logit), is_there);
        let after = penalised(row, c, logit);
        most4_after = select(most4_after, max(most4_after, after), is_there);
    }
    off = least_of(lane, off);
    if (off != NONE) {
        // No id, and with it the logit that is no number.
        if (lane == 0u) {
            let bits = logits[at + off / 4u][off % 4u];
            drawn[plan[plan[DRAWN] + row] * plan[ROWS] + row] = vec2<u32>(NONE, bits);
            plan[plan[LEFT] + row] = 0u;
        }
        return;
    }
    let most = most_of(lane, largest(most4));
    let most_after = most_of(lane, largest(most4_after));
    var sum = vec4<f32>();
    var likeliest = NONE;
    var heaviest = vec4<f32>();
    for (var c = piece.begin; c < piece.end; c++) {
        let is_there = ids(c) < vec4<u32>(sizes.vocab);
        let logit = bitcast<vec4<f32>>(logits[at + c]);
        let share = exp(max(logit - most, vec4<f32>(-80.0)));
        sum += select(vec4<f32>(), share, is_there);
        likeliest = min(likeliest, first_id(c, (logit == vec4<f32>(most)) & is_there));
        if (sizes.is_greedy == 0u) {
            let below = (penalised(row, c, logit) - most_after) / sizes.temperature;
            // Below that f32 has nothing left.
            let is_some = is_there & (below > vec4<f32>(-87.0));
            let weight = select(vec4<f32>(), exp(max(below, vec4<f32>(-87.0))), is_some);
            weights[piece.at + c] = weight;
            heaviest = max(heaviest, weight);
        }
    }
    let log_shares = log(sum_of(lane, total(sum)));
    likeliest = least_of(lane, likeliest);
    // Whatever a device computes, it reads nothing beyond its logits.
    var id = min(likeliest, sizes.vocab - 1u);
    var drawing = 0u;
    if (sizes.is_greedy == 0u) {
        let cut = filtered(piece, most_of(lane, largest(heaviest)));
        let own = sum_of_kept(piece, cut);
        let unit = bitcast<f32>(plan[plan[UNITS] + plan[plan[DRAWN] + row] * plan[ROWS] + row]);
        let part = part_of(lane, own, unit * sum_of(lane, own));
        drawing = part.lane;
        if (lane == drawing) {
            id = id_at(piece, cut, part.left);
        }
    }
    if (lane == drawing) {
        let logit = bitcast<f32>(logits[at + id / 4u][id % 4u]);
        keep(row, id, logit - most - log_shares);
    }
}
