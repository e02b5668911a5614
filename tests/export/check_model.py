"""Loads a zip that Tilt exported with `transformers` and compares what it computes with check.json.

    python check_model.py MODEL.zip

In f64, where only the weights and the computation count, every logit must be within 1e-6. In f32
both round, Tilt and transformers alike: a logit must be within 4e-6 of the largest one of its
position (the distance of either from the f64 logits is printed too). Ids must be equal, and loading
must neither miss nor leave over a tensor, nor warn. Prints one JSON object; status 1 on failure.
"""

import json
import sys
import tempfile
import warnings
import zipfile
from pathlib import Path

import numpy as np
import torch
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    logging,
)

TOLERANCE = 1e-6
TOLERANCE_F32 = 4e-6


def load(folder, dtype):
    """The model, and what transformers had to say about its tensors."""
    config = json.loads((folder / "config.json").read_text())
    is_reward = "GPT2ForSequenceClassification" in config["architectures"]
    auto = AutoModelForSequenceClassification if is_reward else AutoModelForCausalLM
    model, info = auto.from_pretrained(folder, dtype=dtype, output_loading_info=True)
    return model.eval(), {name: sorted(map(str, found)) for name, found in info.items() if found}


def ids_of(tokenizer, prompt):
    """The prompt's ids: by the chat template where there is one."""
    if tokenizer.chat_template is None:
        return tokenizer(prompt + "\n")["input_ids"]
    turns = [{"role": "user", "content": prompt}]
    encoded = tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=True)
    return encoded["input_ids"]


def outputs_of(model, ids):
    """A row a position; of a reward model one row."""
    with torch.no_grad():
        outputs = model(input_ids=torch.tensor([ids])).logits.double().numpy()
    return outputs if hasattr(model, "score") else outputs[0]


def main(path):
    said = []
    warnings.showwarning = lambda message, *_: said.append(str(message))
    logging.set_verbosity_warning()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        zipfile.ZipFile(path).extractall(folder)
        check = json.loads((folder / "check.json").read_text())
        model, info = load(folder, torch.float32)
        exact, _ = load(folder, torch.float64)
        tokenizer = None
        if (folder / "tokenizer.json").exists():
            tokenizer = AutoTokenizer.from_pretrained(folder)
        result = {
            "sequences": 0,
            "numbers": 0,
            "prompts_with_other_ids": 0,
            "max_difference_f64": 0.0,
            "max_difference_f32": 0.0,
            "max_difference_f32_of_largest": 0.0,
            "tilt_f32_from_f64": 0.0,
            "transformers_f32_from_f64": 0.0,
            "largest": 0.0,
            "loading": info,
            "warnings": said,
        }
        for sequence in check["sequences"]:
            ids = sequence["ids"]
            if sequence["prompt"] is not None and tokenizer is not None:
                result["prompts_with_other_ids"] += ids_of(tokenizer, sequence["prompt"]) != ids
            # A reward model has one number a sequence, at its last token.
            first = -1 if hasattr(model, "score") else sequence["first_position"]
            tilt = np.array(sequence["outputs"], dtype=np.float32).astype(np.float64)
            here, true = outputs_of(model, ids)[first:], outputs_of(exact, ids)[first:]
            tilt = tilt[-len(here) :]
            scale = np.maximum(1.0, np.abs(true).max(axis=-1, keepdims=True))
            differences = [
                ("max_difference_f32", np.abs(tilt - here)),
                ("max_difference_f32_of_largest", np.abs(tilt - here) / scale),
                ("tilt_f32_from_f64", np.abs(tilt - true)),
                ("transformers_f32_from_f64", np.abs(here - true)),
                ("largest", np.abs(true)),
            ]
            if sequence["exact_outputs"] is not None:
                tilt_exact = np.array(sequence["exact_outputs"])[-len(here) :]
                differences.append(("max_difference_f64", np.abs(tilt_exact - true)))
            for name, value in differences:
                result[name] = max(result[name], float(value.max()))
            result["sequences"] += 1
            result["numbers"] += tilt.size
        # generate() works with what the folder says.
        if tokenizer is not None and not hasattr(model, "score"):
            inputs = torch.tensor([ids_of(tokenizer, "Hello!")])
            answer = model.generate(inputs, attention_mask=torch.ones_like(inputs), do_sample=False)
            result["answer"] = tokenizer.decode(answer[0][inputs.shape[1] :])
    result["ok"] = (
        result["max_difference_f64"] <= TOLERANCE
        and result["max_difference_f32_of_largest"] <= TOLERANCE_F32
        and result["prompts_with_other_ids"] == 0
        and result["sequences"] > 0
        and not info
        and not said
    )
    print(json.dumps(result, indent=1))
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
