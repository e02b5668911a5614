"""Repeats a run of Tilt {{how}}with TRL: {{title}}.

The {{rows}} are in {{file}}, the model that the run starts from is in reference/.

    pip install -r requirements.txt
    python train.py                  # on this machine
    accelerate launch train.py       # on all the devices that `accelerate config` was told of

README.md says what equals the run in Tilt, and what does not.
"""

import argparse
import json
import os
from pathlib import Path

# One process uses one GPU: several come with `accelerate launch`.
if int(os.environ.get("WORLD_SIZE", "1")) == 1:
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "0")

from datasets import load_dataset
from transformers import {{model_class}}, AutoTokenizer, TrainerCallback
from {{module}} import {{prefix}}Config, {{prefix}}Trainer

HERE = Path(__file__).resolve().parent
REFERENCE = str(HERE / "reference")
# Rows of a micro-batch, over all processes together: the same run on one device or many.
BATCH_SIZE = {{batch_size}}
{{definitions}}

class StopAfter(TrainerCallback):
    """Ends early, and leaves the schedule as it is for the whole run."""

    def __init__(self, steps):
        self.steps = steps

    def on_step_end(self, args, state, control, **kwargs):
        if state.global_step >= self.steps:
            control.should_training_stop = True


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", default=str(HERE / "trained"), help="folder of the trained model")
    parser.add_argument("--stop-after", type=int, help="optimiser steps, for a first look")
    options = parser.parse_args()

    # `accelerate launch` says how many processes there are.
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    per_process = max({{least_rows}}, -(-BATCH_SIZE // processes))
    if per_process * processes != BATCH_SIZE:
        print(f"A micro-batch has {per_process * processes} rows here, {BATCH_SIZE} in Tilt.")

    config = {{prefix}}Config(
        output_dir=options.out,
{{objective}}
        # The steps and the optimiser.
        per_device_train_batch_size=per_process,
{{training}}
{{order}}        # As Tilt computes. For larger models: bf16=True, gradient_checkpointing=True.
        bf16=False,
        gradient_checkpointing=False,
        # What is written down.
        logging_steps=1,
        save_strategy="no",
        report_to="none",
    )
    model = {{load_model}}
{{prepare}}    trainer = {{prefix}}Trainer(
        model=model,
{{judged_by}}        args=config,
        train_dataset=load_dataset("json", data_files=str(HERE / "{{file}}"), split="train"),
        processing_class=AutoTokenizer.from_pretrained(REFERENCE),
    )
    if options.stop_after:
        trainer.add_callback(StopAfter(options.stop_after))
    trainer.train()
    trainer.save_model(options.out)

    if trainer.is_world_process_zero():
        log = [entry for entry in trainer.state.log_history if "loss" in entry]
        Path(options.out, "log.json").write_text(json.dumps(log, indent=1))
{{told}}

if __name__ == "__main__":
    main()
