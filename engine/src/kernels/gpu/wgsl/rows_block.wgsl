// A matmul over a block of scored tokens whose logits lie one after another.

fn row_count() -> u32 {
    return min(plan[SCORED] - sizes.first, sizes.most);
}

fn a_row(r: u32) -> u32 {
    return r;
}

fn first_row() -> u32 {
    return sizes.first;
}
