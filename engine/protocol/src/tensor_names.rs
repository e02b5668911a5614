//! Names of tensors in a GPT-2 model's file.

/// Whether a tensor is one of attention's constant masks, which older files carry beside the
/// parameters.
pub fn is_attention_mask(name: &str) -> bool {
    name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_told_from_parameters() {
        assert!(is_attention_mask("transformer.h.0.attn.bias"));
        assert!(is_attention_mask("h.11.attn.masked_bias"));
        assert!(!is_attention_mask("h.0.attn.c_attn.bias"));
    }
}
