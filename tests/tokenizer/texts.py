"""Texts on which two readers of a GPT-2 tokenizer could part ways."""

import random

WRITTEN = [
    "",
    " ",
    "  ",
    "a",
    " a",
    "a ",
    "  leading and trailing  ",
    "two  spaces, three   spaces, four    spaces",
    "space before newline \nand after \n line",
    "\n",
    "\n\n",
    "\n\n\n\n",
    "\r\n\r\n",
    "a\r\nb\rc",
    "\t",
    "\ta\t\tb\t\t\tc",
    " \n \t ",
    "def f(x):\n    return x\n\n\nclass A:\n\tpass\n",
    "trailing spaces and a newline   \n",
    "\u00a0no-break\u00a0\u00a0spaces\u00a0",
    "thin\u2009spaces\u2009 \u2003em\u3000ideographic",
    "next\u0085line\u2028line\u2029paragraph",
    "\x0bvertical tab\x0cform feed",
    "it's don't we're I've I'm they'll he'd",
    "IT'S DON'T WE'RE I'VE I'M THEY'LL HE'D",
    "it\u2019s don\u2019t",
    "'s't're've'm'll'd's",
    "' s 'quoted' ''double''",
    "rock'n'roll o'clock 'tis",
    "0 1 12 123 1234 12345 3.14159 1,000,000 1e-5 0x1F",
    "a1b2 1a2b v2.0 x86_64 3rd 100% $5.00",
    "½ ² ₃ Ⅷ ٣ ३ 十 ①",
    "!!! ??? ... --- *** === ~~~ ,,,",
    "Hello, world! (Really?) [yes] {no} <tag> a/b\\c a&b a|b #1 @you",
    "https://example.org/a?b=c&d=e#f me@example.org",
    "...\n...\n ...\n",
    "!a a! !1 1! !  ! ! !",
    "café naïve über Straße İstanbul ñandú çà œuvre",
    "cafe\u0301 nai\u0308ve e\u0301\u0301\u0301 q\u0323\u0307",
    "Ångström Ångström",
    "Здравствуй, мир! Ёлка и ёж",
    "Γειά σου Κόσμε",
    "日本語のテキスト。中文文本,한국어 텍스트",
    "これはペンです。 これ は ペン です",
    "مرحبا بالعالم، كيف حالك؟",
    "שלום עולם",
    "नमस्ते दुनिया, यह हिन्दी है",
    "สวัสดีชาวโลก",
    "ქართული ენა Հայերեն",
    "👍 👍🏽 ok",
    "👨\u200d👩\u200d👧\u200d👦 family, 🏳️\u200d🌈 flag, 👩🏽\u200d🚀 pilot",
    "🇫🇷🇯🇵 ❤️ ❤ ☺️",
    " 🙂🙂 🙂  🙂",
    "𝕏 𝒳 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐍈 𒀀",
    "zero\u200bwidth\ufeffmark\u200djoin soft\u00adhyphen",
    "\u202eright to left\u202c",
    "\x00\x01\x02\x1b[0m\x7f\x80\x9f",
    "\x1c\x1d\x1e\x1f separators",
    "\ufffd\ufffe\uffff\U0010ffff",
    "\ue000 private \U000f0000",
    "<|endoftext|>",
    "<|endoftext|><|endoftext|>",
    "before<|endoftext|>after",
    "before <|endoftext|> after",
    "before  <|endoftext|>  after",
    "\n<|endoftext|>\n",
    "<|endoftext",
    "endoftext|>",
    "<|ENDOFTEXT|>",
    "< |endoftext| >",
    "<|<|endoftext|>|>",
    "don<|endoftext|>'t",
    "Ġ Ċ ĉ Ā ġ",
    "SolidGoldMagikarp  petertodd \u00c3\u00c2\u00c3\u00c2",
    "a" * 300,
    "ab" * 300,
    " " * 300 + "x",
    "x" + " " * 300,
    "\n" * 300,
    " \n" * 100,
    "=" * 300,
    "7" * 300,
    "Antidisestablishmentarianism floccinaucinihilipilification",
    "MiXeD CaSe camelCase PascalCase snake_case kebab-case SCREAMING_CASE",
    "The quick brown fox jumps over the lazy dog.",
    "Human: What is the capital of France?\n\nAssistant: Paris.",
    '{"prompt": "x", "chosen": ["a", "b"], "n": 1.5}\n',
    "| a | b |\n|---|---|\n| 1 | 2 |\n",
    "# Title\n\n* one\n* two\n\n```rust\nfn main() {}\n```\n",
]

# What random texts are put together of: something from every branch of GPT-2's pattern.
PIECES = [
    " ", "  ", "   ", "\n", "\n\n", "\t", "\r\n", "\u00a0", "\u3000", "\u2028", "\x0b", "\x85",
    "'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "'", "\u2019s", '"',
    "a", "the", "The", "ing", "token", "ization", "A", "Z", "é", "e\u0301", "ß", "я", "мир", "Ω",
    "日", "本語", "한", "ا", "سلام", "नि", "ก", "𝕏",
    "0", "1", "42", "2024", "½", "٣", "²",
    ".", ",", "!", "?", "...", "-", "--", "(", ")", "_", "/", "\\", "#", "$", "€", "→", "\u0301",
    "\u200b", "\u200d", "\ufeff", "\x00", "\x1f", "🙂", "👩🏽", "❤️", "\ufffd", "<|endoftext|>", "<|",
]


def drawn(count, seed=0):
    draw = random.Random(seed)
    return ["".join(draw.choices(PIECES, k=draw.randint(1, 24))) for _ in range(count)]


def every_character(step=64):
    """All of Unicode but for the surrogates, each character beside a letter, a digit, a mark and spaces."""
    characters = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    for start in range(0, len(characters), step):
        some = characters[start : start + step]
        yield "".join(f"a{c}1{c}!{c} {c}\n" for c in some)
