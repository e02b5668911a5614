//! Text to token ids and back.

mod charsmap;
mod rows;
mod template;
mod token_text;
mod tokenizer;
mod tokenizer_check;
mod train_bpe;

pub use rows::{
    Preparation, TokenisedRow, TokenisedRows, prompt_ids, rotate_completions, tokenise,
};
pub use template::ChatTemplate;
pub use tokenizer::Text;
pub use train_bpe::{tokenizer_config, train_bpe};
