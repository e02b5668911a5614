"""A byte-level BPE small enough for a test, in which the pre-tokenizer's cuts show in the ids.

A letter, a digit, a mark and a space each have a merge with the first byte of every character, so
whether GPT-2's pattern keeps two characters in one piece decides which ids come out.
"""

import json
import sys
from pathlib import Path

from tokenizers.pre_tokenizers import ByteLevel
from transformers.convert_slow_tokenizer import bytes_to_unicode

END = "<|endoftext|>"
BEFORE = "a1! \n\t'".encode() + bytes([0x80, 0x85, 0xA0])  # the last ones end wide spaces
WHOLE = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "  ", "    ", "\n\n", "the", " the"]


def vocabulary():
    shown = bytes_to_unicode()
    vocab = {shown[byte]: byte for byte in range(256)}
    merges = []

    def merge(left, right):
        if left + right not in vocab:
            vocab[left + right] = len(vocab)
            merges.append(f"{left} {right}")

    for word in WHOLE:
        symbols = [shown[byte] for byte in word.encode()]
        so_far = symbols[0]
        for symbol in symbols[1:]:
            merge(so_far, symbol)
            so_far += symbol
    for before in BEFORE:
        for first in [*b"a1! \n\t'", *range(0xC2, 0xF5)]:
            merge(shown[before], shown[first])
    vocab[END] = len(vocab)
    return vocab, merges


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    vocab, merges = vocabulary()
    assert set(ByteLevel.alphabet()) <= set(vocab)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges, ""]), encoding="utf-8")
