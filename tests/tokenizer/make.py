"""A model folder with a GPT-2 vocabulary, and what Python makes of texts with it.

    make.py VOCAB.json MERGES.txt FOLDER [--every-character] [--cases-only] [--drawn N]

FOLDER gets vocab.json and merges.txt, the same tokenizer as tokenizer.json, tokenizer_config.json,
config.json, model.safetensors (random weights, named and typed as in openai-community/gpt2) and
cases.json: texts with their ids and with what the ids decode to. The ids are those of `tokenizers`;
the script ends with an error where transformers, from either form of the tokenizer, has others.
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from transformers import AutoTokenizer

import texts

END = "<|endoftext|>"
LAYERS, WIDTH, HEADS, CONTEXT = 2, 16, 2, 1024


def tokenizer_json(vocab, merges):
    """As openai-community/gpt2 has it: merges as texts, without the fields that came later."""
    end = {"id": vocab[END], "special": True, "content": END, "single_word": False}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{**end, "lstrip": False, "rstrip": False, "normalized": True}],
        "normalizer": None,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True},
        "post_processor": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False},
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True},
        "model": {
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": "",
            "fuse_unk": False,
            "vocab": vocab,
            "merges": merges,
        },
    }


def config(vocab):
    """The fields of openai-community/gpt2, in a smaller size."""
    return {
        "activation_function": "gelu_new",
        "architectures": ["GPT2LMHeadModel"],
        "attn_pdrop": 0.1,
        "bos_token_id": vocab[END],
        "embd_pdrop": 0.1,
        "eos_token_id": vocab[END],
        "initializer_range": 0.02,
        "layer_norm_epsilon": 1e-05,
        "model_type": "gpt2",
        "n_ctx": CONTEXT,
        "n_embd": WIDTH,
        "n_head": HEADS,
        "n_layer": LAYERS,
        "n_positions": CONTEXT,
        "resid_pdrop": 0.1,
        "summary_activation": None,
        "summary_first_dropout": 0.1,
        "summary_proj_to_labels": True,
        "summary_type": "cls_index",
        "summary_use_proj": True,
        "task_specific_params": {"text-generation": {"do_sample": True, "max_length": 50}},
        "vocab_size": len(vocab),
    }


def weights(vocab):
    """openai-community/gpt2's names: no prefix, no head, and attention's mask in each block."""
    draw = np.random.default_rng(0)
    tensors = {"wte.weight": (len(vocab), WIDTH), "wpe.weight": (CONTEXT, WIDTH)}
    for layer in range(LAYERS):
        block = {
            "attn.c_attn": (WIDTH, 3 * WIDTH),
            "attn.c_proj": (WIDTH, WIDTH),
            "mlp.c_fc": (WIDTH, 4 * WIDTH),
            "mlp.c_proj": (4 * WIDTH, WIDTH),
        }
        for name, shape in block.items():
            tensors[f"h.{layer}.{name}.weight"] = shape
            tensors[f"h.{layer}.{name}.bias"] = shape[1:]
        for name in ["ln_1", "ln_2"]:
            tensors[f"h.{layer}.{name}.weight"] = tensors[f"h.{layer}.{name}.bias"] = (WIDTH,)
    tensors["ln_f.weight"] = tensors["ln_f.bias"] = (WIDTH,)
    numbers = {
        name: (0.1 * draw.standard_normal(shape) + ("ln_" in name and name.endswith("weight"))).astype(np.float32)
        for name, shape in tensors.items()
    }
    for layer in range(LAYERS):
        numbers[f"h.{layer}.attn.bias"] = np.tril(np.ones((1, 1, CONTEXT, CONTEXT), np.float32))
    return numbers


def cases(tokenizer, all_texts):
    ids = [encoding.ids for encoding in tokenizer.encode_batch(all_texts)]
    rows = zip(all_texts, ids, tokenizer.decode_batch(ids))
    return [{"text": text, "ids": ids, "decoded": decoded} for text, ids, decoded in rows]


def check_against_transformers(folder, found):
    """Both forms of the tokenizer as transformers loads them, beside the same tokenizer_config.json."""
    for form in [["tokenizer.json"], ["vocab.json", "merges.txt"]]:
        with tempfile.TemporaryDirectory() as alone:
            for name in [*form, "tokenizer_config.json", "config.json"]:
                shutil.copy(folder / name, alone)
            tokenizer = AutoTokenizer.from_pretrained(alone)
        special = (tokenizer.bos_token, tokenizer.eos_token)
        assert special == (END, END), (form, special)
        all_ids = tokenizer([case["text"] for case in found])["input_ids"]
        for case, ids in zip(found, all_ids):
            assert ids == case["ids"], (form, case["text"], ids, case["ids"])
            decoded = tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
            assert decoded == case["decoded"], (form, case["text"], decoded)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("vocab", type=Path)
    parser.add_argument("merges", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--drawn", type=int, default=5000, help="random texts")
    parser.add_argument("--every-character", action="store_true", help="also texts with all of Unicode, which transformers does not see")
    parser.add_argument("--cases-only", action="store_true", help="tokenizer and cases, no model")
    options = parser.parse_args()

    folder = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    for source, name in [(options.vocab, "vocab.json"), (options.merges, "merges.txt")]:
        if source.resolve() != (folder / name).resolve():
            shutil.copy(source, folder / name)
    vocab = json.loads(options.vocab.read_text(encoding="utf-8"))
    lines = options.merges.read_text(encoding="utf-8").split("\n")
    merges = [line for line in lines if line and not line.startswith("#version")]

    def write(name, value):
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        (folder / name).write_text(text + "\n", encoding="utf-8")

    write("tokenizer.json", tokenizer_json(vocab, merges))
    write("tokenizer_config.json", {"model_max_length": CONTEXT})
    write("config.json", config(vocab))

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    found = cases(tokenizer, [*texts.WRITTEN, *texts.drawn(options.drawn)])
    check_against_transformers(folder, found)
    if options.every_character:
        found += cases(tokenizer, list(texts.every_character()))
    lines = [json.dumps(case, separators=(",", ":")) for case in found]
    (folder / "cases.json").write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
    if options.cases_only:
        (folder / "config.json").unlink()
    else:
        save_file(weights(vocab), folder / "model.safetensors", metadata={"format": "pt"})
    ids = sum(len(case["ids"]) for case in found)
    print(json.dumps({"texts": len(found), "ids": ids, "vocab": len(vocab), "merges": len(merges)}))


if __name__ == "__main__":
    main()
